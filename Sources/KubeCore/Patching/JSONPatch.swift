/// JSON patch (RFC 6902): a list of operations, all of which succeed or none takes effect.
public struct JSONPatch: Sendable, Hashable {
    /// One operation.
    public enum Operation: Sendable, Hashable {
        /// Adds a member or inserts an element (`-` appends).
        case add(JSONPointer, JSONValue)
        /// Removes what is there.
        case remove(JSONPointer)
        /// Replaces what is there.
        case replace(JSONPointer, JSONValue)
        /// Moves a value.
        case move(from: JSONPointer, to: JSONPointer)
        /// Copies a value.
        case copy(from: JSONPointer, to: JSONPointer)
        /// Fails unless the value is this.
        case test(JSONPointer, JSONValue)
    }

    /// Why a patch cannot be read or applied.
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// The document is no JSON patch.
        case malformed(String)
        /// There is nothing at this pointer.
        case missingPath(operation: String, path: JSONPointer)
        /// The value at this pointer is not what `test` expected.
        case testFailed(JSONPointer)
        /// The result would be larger than allowed.
        case tooLarge

        /// What went wrong, with the pointer.
        public var description: String {
            switch self {
            case .malformed(let reason): reason
            case .missingPath(let operation, let path):
                "\(operation) operation does not apply: doc is missing path: \(path): missing value"
            case .testFailed(let path): "testing value \(path) failed: test failed"
            case .tooLarge: "the patched document is too large"
            }
        }
    }

    /// The operations in order.
    public var operations: [Operation]

    /// A patch of these operations.
    public init(_ operations: [Operation]) { self.operations = operations }

    /// Reads a patch document.
    public init(_ value: JSONValue) throws(Failure) {
        guard case .array(let elements) = value else { throw .malformed("a JSON patch is an array of operations") }
        var operations: [Operation] = []
        for element in elements {
            func pointer(_ key: String) throws(Failure) -> JSONPointer {
                guard let pointer = element[key]?.stringValue.flatMap({ JSONPointer(parsing: $0) }) else {
                    throw .malformed("operation has no valid \"\(key)\": \(element["op"]?.stringValue ?? "unknown")")
                }
                return pointer
            }
            func operand() throws(Failure) -> JSONValue {
                guard let value = element["value"] else {
                    throw .malformed("operation has no \"value\": \(element["op"]?.stringValue ?? "unknown")")
                }
                return value
            }
            switch element["op"]?.stringValue {
            case "add": operations.append(.add(try pointer("path"), try operand()))
            case "remove": operations.append(.remove(try pointer("path")))
            case "replace": operations.append(.replace(try pointer("path"), try operand()))
            case "move": operations.append(.move(from: try pointer("from"), to: try pointer("path")))
            case "copy": operations.append(.copy(from: try pointer("from"), to: try pointer("path")))
            case "test": operations.append(.test(try pointer("path"), element["value"] ?? .null))
            case let other: throw .malformed("Unexpected kind: \(other ?? "unknown")")
            }
        }
        self.operations = operations
    }

    /// The patch as a document.
    public var value: JSONValue {
        .array(
            operations.map { operation in
                switch operation {
                case .add(let path, let value): ["op": "add", "path": .string(path.description), "value": value]
                case .remove(let path): ["op": "remove", "path": .string(path.description)]
                case .replace(let path, let value):
                    ["op": "replace", "path": .string(path.description), "value": value]
                case .move(let from, let path):
                    ["op": "move", "from": .string(from.description), "path": .string(path.description)]
                case .copy(let from, let path):
                    ["op": "copy", "from": .string(from.description), "path": .string(path.description)]
                case .test(let path, let value): ["op": "test", "path": .string(path.description), "value": value]
                }
            })
    }

    /// The target after all operations.
    public func apply(to target: JSONValue) throws(Failure) -> JSONValue {
        var result = target
        for operation in operations {
            switch operation {
            case .add(let path, let value):
                try Self.edit(&result, path.segments[...], .add(value), "add", path)
            case .remove(let path):
                try Self.edit(&result, path.segments[...], .remove, "remove", path)
            case .replace(let path, let value):
                try Self.edit(&result, path.segments[...], .replace(value), "replace", path)
            case .move(let from, let path):
                guard let value = from.value(in: result) else { throw .missingPath(operation: "move", path: from) }
                guard from == path || !path.isWithin(from) else {
                    throw .malformed("cannot move \(from) into its own part \(path)")
                }
                try Self.edit(&result, from.segments[...], .remove, "move", from)
                try Self.edit(&result, path.segments[...], .add(value), "move", path)
            case .copy(let from, let path):
                guard let value = from.value(in: result) else { throw .missingPath(operation: "copy", path: from) }
                try Self.edit(&result, path.segments[...], .add(value), "copy", path)
            case .test(let path, let expected):
                guard let value = path.value(in: result) else {
                    // A missing member equals null, as evanphx/json-patch (which Kubernetes uses) has it.
                    if expected.isNull { continue }
                    throw .missingPath(operation: "test", path: path)
                }
                guard value == expected else { throw .testFailed(path) }
            }
        }
        return result
    }

    private enum Edit {
        case add(JSONValue)
        case replace(JSONValue)
        case remove
    }

    private static func edit(
        _ value: inout JSONValue, _ path: ArraySlice<String>, _ edit: Edit, _ name: String, _ whole: JSONPointer
    ) throws(Failure) {
        guard let segment = path.first else {
            switch edit {
            case .add(let new), .replace(let new): value = new
            case .remove: value = .null
            }
            return
        }
        let rest = path.dropFirst()
        switch value {
        case .object(var object):
            value = .null
            defer { value = .object(object) }
            if rest.isEmpty {
                switch edit {
                case .add(let new): object[segment] = new
                case .replace(let new):
                    guard object.contains(segment) else { throw .missingPath(operation: name, path: whole) }
                    object[segment] = new
                case .remove:
                    guard object.removeValue(forKey: segment) != nil else {
                        throw .missingPath(operation: name, path: whole)
                    }
                }
            } else {
                guard var child = object[segment] else { throw .missingPath(operation: name, path: whole) }
                object[segment] = .null
                defer { object[segment] = child }
                try Self.edit(&child, rest, edit, name, whole)
            }
        case .array(var elements):
            value = .null
            defer { value = .array(elements) }
            if rest.isEmpty, case .add(let new) = edit {
                if segment == "-" {
                    elements.append(new)
                } else if let index = JSONPointer.index(segment), index <= elements.count {
                    elements.insert(new, at: index)
                } else {
                    throw .missingPath(operation: name, path: whole)
                }
                return
            }
            guard let index = JSONPointer.index(segment), index < elements.count else {
                throw .missingPath(operation: name, path: whole)
            }
            if rest.isEmpty {
                if case .replace(let new) = edit { elements[index] = new } else { elements.remove(at: index) }
            } else {
                try Self.edit(&elements[index], rest, edit, name, whole)
            }
        default:
            throw .missingPath(operation: name, path: whole)
        }
    }
}
