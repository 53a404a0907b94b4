import KubeCore

/// What follows a write: definitions of custom resources begin, change and cease to be served.
extension APIServer {
    /// Carries out what a committed write entails.
    ///
    /// - Returns: the object if it was changed once more, for the answer.
    func afterCommit(_ object: KubeObject, old: KubeObject?, _ target: WriteTarget) async throws(Status) -> KubeObject?
    {
        nil
    }

    /// Carries out what a removal entails.
    func afterRemoval(_ object: KubeObject, _ target: WriteTarget) async throws(Status) {
    }
}
