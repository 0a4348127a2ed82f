import { rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { makeCertificate, systemSource } from '../../src/apply/generate/certificate.ts';
import type { ControlPlane } from '../support/control-plane.ts';

/** A webhook behind a Service, reached through the network socket of a control plane. */
export interface WebhookServer {
  /** Base64, for `clientConfig.caBundle`. */
  readonly caBundle: string;
  /** How many reviews were asked for. */
  calls(): number;
  /** From now on: no connection, an internal error, a denial, or an answer that allows. */
  behave(how: 'dead' | 'broken' | 'denies' | 'allows'): void;
  close(): Promise<void>;
}

export async function startWebhookServer(plane: ControlPlane, dnsName: string): Promise<WebhookServer> {
  const { certificate, key, authority } = makeCertificate([dnsName], systemSource);
  let behaviour: 'dead' | 'broken' | 'denies' | 'allows' = 'dead';
  let calls = 0;
  const server = https.createServer({ cert: certificate, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      if (behaviour === 'broken') return void response.writeHead(500).end('still starting');
      const review = JSON.parse(Buffer.concat(chunks).toString());
      const allowed = behaviour === 'allows';
      const answer = {
        uid: review.request.uid,
        allowed,
        ...(allowed ? {} : { status: { message: 'not on a Sunday' } }),
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gateway = http.createServer();
  gateway.on('connect', (_request: http.IncomingMessage, socket: net.Socket) => {
    socket.on('error', () => undefined);
    if (behaviour === 'dead') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => gateway.listen(plane.networkSocket, resolve));
  return {
    caBundle: Buffer.from(authority).toString('base64'),
    calls: () => calls,
    behave: (how) => {
      behaviour = how;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      gateway.close();
      await rm(path.resolve(plane.networkSocket), { force: true });
    },
  };
}
