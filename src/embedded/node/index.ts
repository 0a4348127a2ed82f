/**
 * The node of the embedded cluster: pods as processes of the user on this machine, without isolation. It speaks to the
 * API through the `Cluster` port alone, so that it serves any API server.
 *
 * What it cannot do, and says so: images outside of `images.ts` are simulated. All pods share the machine's network:
 * on Linux each has a loopback address, which programs find in POD_IP and which Python programs listen on when they ask
 * for every address; elsewhere they share 127.0.0.1 and its ports. Services are passed on over TCP alone; names of
 * Services are known where a mount namespace can be had, and to Python programs everywhere. Users, capabilities,
 * cgroups and limits of a pod's spec are not enforced, so nothing is ever OOMKilled.
 */
export { type NodeHandle, type NodeOptions, startNode } from './node.ts';
