import type { Access } from '../access.ts';
import { ClusterError } from '../errors.ts';

interface Explanation {
  code: string;
  why: string;
  suggestion: string;
}

/** The error for a request that got no answer, from what Node says: one sentence with the reason and the next step. */
export function networkFailure(error: unknown, access: Pick<Access, 'name' | 'server' | 'proxy'>): ClusterError {
  const { code, why, suggestion } = explain(error, access);
  const place =
    access.proxy === undefined ? access.server.origin : `${access.server.origin} through ${access.proxy.host}`;
  return new ClusterError(
    code,
    `Cannot reach cluster ${access.name} at ${place}: ${why}`,
    { status: 0, reason: code },
    { suggestions: [suggestion], cause: error },
  );
}

function explain(error: unknown, { name, server, proxy }: Pick<Access, 'name' | 'server' | 'proxy'>): Explanation {
  const { code = '', message = '', reason } = firstOf(error);
  const host = proxy?.hostname ?? server.hostname;
  const running = `check that cluster ${name} is running, or choose another with --context`;
  switch (code) {
    case 'ECONNREFUSED':
      return { code: 'CLUSTER_UNREACHABLE', why: 'connection refused; nothing listens there', suggestion: running };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return {
        code: 'CLUSTER_UNREACHABLE',
        why: `the name ${host} cannot be resolved`,
        suggestion: 'check the name in the kubeconfig, your network connection and VPN',
      };
    case 'ETIMEDOUT':
      return {
        code: 'CLUSTER_UNREACHABLE',
        why: 'it does not answer',
        suggestion: `check your network connection and VPN, and that cluster ${name} is running`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return {
        code: 'CLUSTER_UNREACHABLE',
        why: 'there is no route to it',
        suggestion: 'check your network connection and VPN',
      };
    case 'PROXY_REFUSED':
      return {
        code: 'PROXY_FAILED',
        why: `the proxy opens no connection: ${message}`,
        suggestion: 'check proxy-url in the kubeconfig, or HTTPS_PROXY and NO_PROXY in the environment',
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'TLS_FAILED',
        why: code === 'CERT_HAS_EXPIRED' ? 'its certificate has expired' : 'its certificate is not valid yet',
        suggestion: 'renew the certificate of the API server, and check the clock of this machine',
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        code: 'TLS_FAILED',
        why: `its certificate is for other names (${(reason ?? message).replace(/\.$/, '')})`,
        suggestion: 'use a server name that the certificate has, or set tls-server-name in the kubeconfig',
      };
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      if (!/wrong.version|packet.length/i.test(`${code} ${message}`)) break;
      return {
        code: 'TLS_FAILED',
        why: 'it does not speak TLS',
        suggestion: 'check the port and the scheme (http or https) of the server in the kubeconfig',
      };
    default:
      break;
  }
  if (untrusted.has(code)) {
    return {
      code: 'TLS_FAILED',
      why: 'its certificate is not signed by an authority that the kubeconfig trusts (x509)',
      suggestion: 'get a fresh kubeconfig for the cluster, or set certificate-authority in it',
    };
  }
  if (/alert/i.test(`${code} ${message}`) && /SSL/.test(code)) {
    const alert = code
      .replace(/^ERR_SSL_(TLSV\d+_|SSLV3_)?(ALERT_)?/, '')
      .toLowerCase()
      .replaceAll('_', ' ');
    return {
      code: 'UNAUTHORIZED',
      why: `it refuses the client certificate (${alert})`,
      suggestion: 'get a fresh kubeconfig for the cluster: the client certificate may have expired',
    };
  }
  if (/^ERR_(OSSL|SSL|CRYPTO)/.test(code)) {
    return {
      code: 'CREDENTIALS_FAILED',
      why: `a certificate or key of the kubeconfig cannot be used (${code})`,
      suggestion: 'get a fresh kubeconfig for the cluster',
    };
  }
  return { code: 'CONNECTION_LOST', why: `the connection was lost (${code || message})`, suggestion: 'try again' };
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
]);

interface NodeError {
  code?: string;
  message?: string;
  reason?: string;
}

/** Connecting to several addresses of a name fails with all their errors. */
function firstOf(error: unknown): NodeError {
  const { errors } = error as { errors?: NodeError[] };
  return Array.isArray(errors) && errors[0] !== undefined ? errors[0] : (error as NodeError);
}
