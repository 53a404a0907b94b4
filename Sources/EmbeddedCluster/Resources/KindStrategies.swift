import KubeCore

/// Finds the strategy of a built-in kind.
package enum KindStrategies {
    /// The strategy of a kind in its storage group; one without rules of its own if the kind has none.
    package static func strategy(for kind: GroupKind, hasStatus: Bool) -> any KindStrategy {
        switch (kind.group, kind.kind) {
        case ("", "Namespace"): NamespaceStrategy()
        case ("", "Pod"): PodStrategy()
        case ("", "PodTemplate"): PodTemplateStrategy()
        case ("", "ReplicationController"): ReplicaSetStrategy(isReplicationController: true)
        case ("apps", "ControllerRevision"): ControllerRevisionStrategy()
        case ("apps", "DaemonSet"): DaemonSetStrategy()
        case ("apps", "Deployment"): DeploymentStrategy()
        case ("apps", "ReplicaSet"): ReplicaSetStrategy()
        case ("apps", "StatefulSet"): StatefulSetStrategy()
        case ("batch", "CronJob"): CronJobStrategy()
        case ("batch", "Job"): JobStrategy()
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinitionStrategy()
        default: GenericStrategy(hasStatus: hasStatus)
        }
    }
}
