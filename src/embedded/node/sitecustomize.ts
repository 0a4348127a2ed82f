/**
 * Read by every Python of a virtual environment of ours at its start. All pods share the machine's network; a server
 * that listens on every address would take its port from all other pods, so "every address" is made the pod's own. And
 * names of Services are looked up in the pod's own hosts file, which programs without a mount namespace do not see.
 */
export default `import os, socket

_ip, _hosts = os.environ.get("POD_IP"), os.environ.get("SLIPWAY_HOSTS")

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
            try:
                with open(_hosts) as lines:
                    for line in lines:
                        words = line.split("#")[0].split()
                        if host.rstrip(".") in words[1:]:
                            host = words[0]
                            break
            except OSError:
                pass
        return _getaddrinfo(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo
`;
