/// Which controllers run beside the API server.
package enum ControllerSet: String, Sendable, CaseIterable {
    /// None: a bare API server, as kube-apiserver alone.
    case none
    /// What keeps the store consistent: garbage collection, namespaces, default service accounts, custom resource
    /// definitions being removed, aggregated roles.
    case core
    /// The core, and the workload controllers, a simulated node side and the behaviours of a ready istiod.
    case simulated

    /// The controllers of the set, in the order in which their requests are served.
    func controllers() -> [any ClusterController] {
        let core: [any ClusterController] = [
            GarbageCollector(), NamespaceController(), ServiceAccountController(), CustomResourceCleanup(),
            RoleAggregationController(),
        ]
        let simulated: [any ClusterController] = [
            NodeController(), TaintEvictionController(), Scheduler(), Kubelet(), VolumeController(),
            DeploymentController(), ReplicaSetController(),
            StatefulSetController(), DaemonSetController(), JobController(), CronJobController(),
            HorizontalPodAutoscalerController(), DisruptionController(), EndpointSliceController(),
            ServiceLoadBalancerController(), IstiodController(), GatewayController(),
        ]
        return switch self {
        case .none: []
        case .core: core
        case .simulated: core + simulated
        }
    }
}
