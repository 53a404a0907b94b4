import KubeCore

/// Service accounts.
struct ServiceAccountStrategy: KindStrategy {
    var returnsDeletedObject: Bool { true }

    private static let table: [TableColumn] = [.name, .age]
    var columns: [TableColumn] { Self.table }
}
