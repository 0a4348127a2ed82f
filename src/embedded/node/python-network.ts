/**
 * Read by every Python of a virtual environment of ours at its start. All pods share the machine's network; a server
 * that listens on every address would take its port from all other pods, so "every address" is made the pod's own. And
 * names of Services are looked up in the pod's own hosts file, which programs without a mount namespace do not see.
 */
export default `import os, socket

_ip, _hosts, _ports = (os.environ.get(name) for name in ("POD_IP", "SLIPWAY_HOSTS", "SLIPWAY_PORTS"))


def _lines(path):
    try:
        with open(path) as lines:
            return [line.split("#")[0].split() for line in lines]
    except OSError:
        return []


if _ip and _ip != "127.0.0.1":
    _bind = socket.socket.bind

    def bind(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            if self.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):
                address = (_ip,) + tuple(address[1:])
            elif self.family == socket.AF_INET6 and address[0] in ("", "::"):
                address = ("::ffff:" + _ip,) + tuple(address[1:])
        return _bind(self, address)

    socket.socket.bind = bind

if _hosts:
    _getaddrinfo = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        if isinstance(host, str) and host:
            host = next((words[0] for words in _lines(_hosts) if host.rstrip(".") in words[1:]), host)
        return _getaddrinfo(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo

if _ports:
    _connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex

    def _moved(self, address):
        if self.family == socket.AF_INET and isinstance(address, tuple) and len(address) == 2 and 0 < address[1] < 1024:
            for words in _lines(_ports):
                if len(words) == 3 and (words[0], words[1]) == (address[0], str(address[1])):
                    return (address[0], int(words[2]))
        return address

    socket.socket.connect = lambda self, address: _connect(self, _moved(self, address))
    socket.socket.connect_ex = lambda self, address: _connect_ex(self, _moved(self, address))
`;
