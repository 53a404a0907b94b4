import KubeCore

/// A chart as one render sees it: dependencies filtered and renamed, default values completed with imported ones.
final class ChartTree {
    let contents: ChartContents
    var metadata: ChartMetadata
    var values: MapObject
    var children: [ChartTree]
    /// `t` for the root, `t/charts/sub` below it.
    var fullPath = ""
    var isRoot = true

    init(_ contents: ChartContents) {
        self.contents = contents
        metadata = contents.metadata
        values = Value(json: contents.values).mapObject ?? MapObject()
        children = contents.dependencies.map { ChartTree($0) }
    }

    var name: String { metadata.name }

    /// Fills in the paths, once names are final.
    func place(in parent: ChartTree?) {
        isRoot = parent == nil
        fullPath = parent.map { $0.fullPath + "/charts/" + name } ?? name
        for child in children { child.place(in: self) }
    }
}

/// Which dependencies take part, and what they export to their parent: Helm's `ProcessDependencies`.
enum ChartDependencies {
    static func process(_ chart: ChartTree, values: MapObject) throws(GoError) {
        try enable(chart, values: values, path: "")
        try importAll(chart)
    }

    private static func isCompatible(_ range: String, _ version: String) -> Bool {
        guard let constraint = VersionConstraint(range), let version = SemanticVersion(version) else { return false }
        return constraint.allows(version)
    }

    private static func enable(_ chart: ChartTree, values: MapObject, path: String) throws(GoError) {
        guard var declared = chart.metadata.dependencies else { return }
        var children: [ChartTree] = chart.children.filter { existing in
            !declared.contains { $0.name == existing.name && isCompatible($0.version, existing.metadata.version) }
        }
        for (index, dependency) in declared.enumerated() {
            let found = chart.children.first {
                $0.name == dependency.name && isCompatible(dependency.version, $0.metadata.version)
            }
            if let found {
                let child = ChartTree(found.contents)
                if !dependency.alias.isEmpty { child.metadata.name = dependency.alias }
                children.append(child)
            }
            if !dependency.alias.isEmpty { declared[index].name = dependency.alias }
            declared[index].isEnabled = true
        }
        chart.children = children
        let coalesced = try ValuesCoalescing.coalesce(chart, values.deepCopy())
        applyTags(&declared, coalesced)
        applyConditions(&declared, coalesced, path)
        let removed = Set(declared.filter { !$0.isEnabled }.map(\.name))
        chart.children = children.filter { !removed.contains($0.name) }
        for child in chart.children { try enable(child, values: coalesced, path: path + child.name + ".") }
        chart.metadata.dependencies = declared.filter { !removed.contains($0.name) }
    }

    private static func applyTags(_ dependencies: inout [ChartDependency], _ values: MapObject) {
        guard case .map(let tags) = values["tags"] else { return }
        for index in dependencies.indices {
            var hasTrue = false
            var hasFalse = false
            for tag in dependencies[index].tags {
                if case .bool(let value) = tags[tag] { if value { hasTrue = true } else { hasFalse = true } }
            }
            dependencies[index].isEnabled = hasTrue || !hasFalse
        }
    }

    private static func applyConditions(_ dependencies: inout [ChartDependency], _ values: MapObject, _ path: String) {
        for index in dependencies.indices {
            for condition in dependencies[index].condition.trimmingSpace().split(separator: ",") {
                if case .bool(let value) = value(at: path + condition, in: values) {
                    dependencies[index].isEnabled = value
                    break
                }
            }
        }
    }

    private static func value(at path: String, in values: MapObject) -> Value? {
        var current: Value = .map(values)
        for key in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard case .map(let map) = current, let next = map[String(key)] else { return nil }
            current = next
        }
        return current
    }

    // MARK: import-values

    private static func importAll(_ chart: ChartTree) throws(GoError) {
        for child in chart.children { try importAll(child) }
        guard let dependencies = chart.metadata.dependencies else { return }
        let merged = try ValuesCoalescing.merge(chart, MapObject())
        let imported = MapObject()
        for dependency in dependencies {
            for instruction in dependency.importValues {
                switch instruction {
                case .string(let name):
                    guard case .map(let table) = value(at: dependency.name + ".exports." + name, in: merged) else {
                        continue
                    }
                    ValuesCoalescing.mergeTables(imported, table, keepsNull: true)
                case .object(let object):
                    let child = object["child"]?.stringValue ?? ""
                    let parent = object["parent"]?.stringValue ?? ""
                    guard case .map(let table) = value(at: dependency.name + "." + child, in: merged) else { continue }
                    ValuesCoalescing.mergeTables(imported, nested(table, at: parent), keepsNull: true)
                default: continue
                }
            }
        }
        let values = merged.deepCopy()
        ValuesCoalescing.mergeTables(values, imported, keepsNull: true)
        chart.values = values
    }

    private static func nested(_ table: MapObject, at path: String) -> MapObject {
        if path == "." { return table }
        var result = table
        for key in path.split(separator: ".").reversed() { result = MapObject([String(key): .map(result)]) }
        return result
    }
}

/// Values of charts joined with those of users: Helm's `CoalesceValues` and `MergeValues`.
enum ValuesCoalescing {
    /// User values over the chart's defaults and those of the charts in it; null deletes a default.
    static func coalesce(_ chart: ChartTree, _ values: MapObject) throws(GoError) -> MapObject {
        try join(chart, values, keepsNull: false)
        return values
    }

    /// As coalescing, but nulls stay for a later pass.
    static func merge(_ chart: ChartTree, _ values: MapObject) throws(GoError) -> MapObject {
        try join(chart, values, keepsNull: true)
        return values
    }

    private static func join(_ chart: ChartTree, _ values: MapObject, keepsNull: Bool) throws(GoError) {
        joinDefaults(chart, values, keepsNull: keepsNull)
        for child in chart.children {
            let table: MapObject
            switch values[child.name] {
            case nil:
                table = MapObject()
                values[child.name] = .map(table)
            case .map(let map)?: table = map
            case let other?:
                throw GoError(
                    "type mismatch on \(child.name): "
                        + String(decoding: try GoFormat.sprintf(Array("%t".utf8), [other]), as: UTF8.self))
            }
            pushGlobals(from: values, to: table)
            try join(child, table, keepsNull: keepsNull)
        }
    }

    private static func joinDefaults(_ chart: ChartTree, _ values: MapObject, keepsNull: Bool) {
        for (key, fallback) in chart.values.deepCopy().members {
            guard let value = values[key] else {
                if let kept = keepsNull ? fallback : withoutNulls(fallback) { values[key] = kept }
                continue
            }
            if value.isNil {
                if !keepsNull { values.members[key] = nil }
            } else if case .map(let table) = value, case .map(let defaults) = fallback {
                let isChild = chart.children.contains { $0.name == key }
                mergeTables(table, defaults, keepsNull: keepsNull || isChild)
            }
        }
    }

    /// A default without the nulls in its maps; nil for null itself.
    private static func withoutNulls(_ value: Value) -> Value? {
        switch value {
        case .missing, .null: return nil
        case .map(let map):
            for (key, member) in map.members { map[key] = withoutNulls(member) }
            return value
        default: return value
        }
    }

    /// Adds to a table what it lacks of another; where it has null, the other's key is deleted or null kept.
    static func mergeTables(_ target: MapObject, _ source: MapObject, keepsNull: Bool) {
        for (key, fallback) in source.members {
            guard let value = target[key] else {
                if let kept = keepsNull ? fallback : withoutNulls(fallback) { target[key] = kept }
                continue
            }
            if value.isNil {
                if !keepsNull, !fallback.isNil { target.members[key] = nil }
            } else if case .map(let table) = value, case .map(let defaults) = fallback {
                mergeTables(table, defaults, keepsNull: keepsNull)
            }
        }
    }

    private static func pushGlobals(from parent: MapObject, to child: MapObject) {
        let target: MapObject
        switch child["global"] {
        case nil: target = MapObject()
        case .map(let map)?: target = map
        default: return
        }
        switch parent["global"] {
        case nil: break
        case .map(let source)?:
            for (key, value) in source.members {
                if case .map(let table) = value {
                    let copy = table.deepCopy()
                    switch target[key] {
                    case nil: target[key] = .map(copy)
                    case .map(let own)?:
                        mergeTables(copy, own, keepsNull: true)
                        target[key] = .map(copy)
                    default: continue
                    }
                } else if case .map? = target[key] {
                    continue
                } else {
                    target[key] = value
                }
            }
        default: return
        }
        child["global"] = .map(target)
    }
}
