import KubeClient
import KubeCore

/// Deletes an object and sees by a watch when it is there again.
struct Restoration {
    /// From the sending of the deletion to the arrival of the event that tells of the new object.
    let latency: Duration

    /// - Throws: where the object stays away for half a minute.
    init(of object: KubeObject, _ type: ResourceType, client: KubeClient) async throws {
        let options = ListOptions(
            fieldSelector: .name(object.name), resourceVersion: object.resourceVersion, timeoutSeconds: 30)
        let events = try await client.watch(type, namespace: object.namespace, options: options)
        let start = ContinuousClock.now
        try await client.delete(
            type, namespace: object.namespace, name: object.name,
            options: DeleteOptions(propagationPolicy: .background, uid: object.uid))
        for try await event in events {
            guard case .added(let restored) = event, restored.uid != object.uid else { continue }
            latency = ContinuousClock.now - start
            return
        }
        throw BenchmarkFailure("\(object.kind) \(object.key) was not restored within 30 s")
    }
}
