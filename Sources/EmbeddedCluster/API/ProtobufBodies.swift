import KubeCore

/// Bodies in Kubernetes' protobuf envelope, which kubectl sends for some verbs.
enum ProtobufBodies {
    static func value(in body: [UInt8], _ expected: GroupVersionKind) throws(Status) -> JSONValue {
        try ProtobufBody.decode(body).value
    }
}
