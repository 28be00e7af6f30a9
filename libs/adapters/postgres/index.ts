export { startCluster, type Cluster, type ClusterSettings } from './cluster/cluster.ts';
