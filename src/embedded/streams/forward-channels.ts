import type { WebSocket } from 'ws';
import type { Resource } from '../../resource/index.ts';
import type { PodAccess } from '../api/pod-access.ts';

/**
 * Forwards ports over `v4.channel.k8s.io`: port number `i` has channel `2i` for data and `2i + 1` for its error, and
 * each begins with the port as two bytes (kubelet, `pkg/kubelet/server/portforward/websocket.go`).
 */
export function forwardChannels(node: PodAccess, pod: Resource, ports: readonly number[], webSocket: WebSocket): void {
  const send = (channel: number, chunk: Buffer) => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([channel]), chunk]));
  };
  for (const [index, port] of ports.entries()) {
    const [data, errors] = [2 * index, 2 * index + 1];
    const greeting = Buffer.alloc(2);
    greeting.writeUInt16LE(port);
    send(data, greeting);
    send(errors, greeting);
    const early: Buffer[] = [];
    let write = (chunk: Buffer): unknown => early.push(chunk);
    webSocket.on('message', (message: Buffer) => {
      if (message[0] === data) write(message.subarray(1));
    });
    node.portForward(pod, port).then(
      (connection) => {
        connection.on('data', (chunk: Buffer) => send(data, chunk));
        connection.on('error', (error: Error) => send(errors, Buffer.from(error.message)));
        connection.on('close', () => webSocket.close(1000));
        for (const chunk of early) connection.write(chunk);
        write = (chunk) => connection.write(chunk);
        webSocket.on('close', () => connection.destroy());
      },
      (error: unknown) => {
        send(errors, Buffer.from(error instanceof Error ? error.message : String(error)));
        webSocket.close(1000);
      },
    );
  }
}
