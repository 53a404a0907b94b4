import KubeCore

/// The functions of the language and its libraries, applied to values.
enum CELFunctions {
    /// - Parameter isMember: whether the first value is the target of a member call.
    static func apply(_ name: String, isMember: Bool, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue {
        if case .authorization(let value)? = values.first, isMember {
            guard let result = try value.apply(name, Array(values.dropFirst())) else { throw .noOverload }
            return result
        }
        if let result = unordered(name, values) { return result }
        let values = values.map(\.ordered)
        if let result = try comparison(name, values) { return result }
        if let result = try sets(name, values) { return result }
        if let result = try arithmetic(name, values) { return result }
        if let result = try access(name, values) { return result }
        if let result = try conversion(name, isMember, values) { return result }
        if let result = try text(name, values) { return result }
        if let result = try list(name, values) { return result }
        if let result = try network(name, isMember, values) { return result }
        if let result = try time(name, values) { return result }
        throw .noOverload
    }

    // MARK: Sets

    /// Equality and union of lists whose order does not count: sets, and lists with keys.
    private static func unordered(_ name: String, _ values: [CELValue]) -> CELValue? {
        guard values.count == 2, case .unordered(let left, let keys) = values[0] else { return nil }
        let right: [CELValue]
        switch values[1] {
        case .unordered(let elements, _), .list(let elements): right = elements
        default: return nil
        }
        switch name {
        case "_==_": return .bool(values[0].isEqual(to: .unordered(right, keys: keys)))
        case "_!=_": return .bool(!values[0].isEqual(to: .unordered(right, keys: keys)))
        case "_+_":
            var result = left
            for element in right {
                let identity = element.members(keys)
                guard let place = result.firstIndex(where: { $0.members(keys).isEqual(to: identity) }) else {
                    result.append(element)
                    continue
                }
                if !keys.isEmpty { result[place] = element }
            }
            return .unordered(result, keys: keys)
        default: return nil
        }
    }

    private static func sets(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        func contains(_ list: [CELValue], _ element: CELValue) -> Bool { list.contains { $0.isEqual(to: element) } }
        switch (name, values.first, values.dropFirst().first) {
        case ("sets.contains", .list(let list)?, .list(let other)?):
            return .bool(other.allSatisfy { contains(list, $0) })
        case ("sets.intersects", .list(let list)?, .list(let other)?):
            return .bool(other.contains { contains(list, $0) })
        case ("sets.equivalent", .list(let list)?, .list(let other)?):
            return .bool(other.allSatisfy { contains(list, $0) } && list.allSatisfy { contains(other, $0) })
        case ("lists.range", .int(let count)?, _):
            guard (0...100_000).contains(count) else { throw CELEvaluationError("range: size out of bounds") }
            return .list((0..<count).map { .int($0) })
        case ("first", .list(let list)?, _): return .optional(list.first)
        case ("last", .list(let list)?, _): return .optional(list.last)
        case ("strings.quote", .string(let text)?, _): return .string(JSONValue.string(text).serialized())
        default: return nil
        }
    }

    // MARK: Operators

    private static func comparison(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        guard values.count == 2 else {
            if name == "!_", case .bool(let value)? = values.first { return .bool(!value) }
            return nil
        }
        let (left, right) = (values[0], values[1])
        switch name {
        case "_==_": return .bool(left.isEqual(to: right))
        case "_!=_": return .bool(!left.isEqual(to: right))
        case "_<_", "_<=_", "_>_", "_>=_":
            guard let order = left.compare(right) else { throw .noOverload }
            switch name {
            case "_<_": return .bool(order < 0)
            case "_<=_": return .bool(order <= 0)
            case "_>_": return .bool(order > 0)
            default: return .bool(order >= 0)
            }
        default: return nil
        }
    }

    private static func checked<T>(
        _ result: (partialValue: T, overflow: Bool), _ type: String
    ) throws(CELEvaluationError) -> T {
        if result.overflow { throw CELEvaluationError("\(type) overflow") }
        return result.partialValue
    }

    private static func arithmetic(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        if name == "-_" {
            switch values[0] {
            case .int(let a): return .int(try checked(Int64(0).subtractingReportingOverflow(a), "integer"))
            case .double(let a): return .double(-a)
            default: throw .noOverload
            }
        }
        guard ["_+_", "_-_", "_*_", "_/_", "_%_"].contains(name) else { return nil }
        switch (name, values[0], values[1]) {
        case ("_+_", .int(let a), .int(let b)): return .int(try checked(a.addingReportingOverflow(b), "integer"))
        case ("_-_", .int(let a), .int(let b)): return .int(try checked(a.subtractingReportingOverflow(b), "integer"))
        case ("_*_", .int(let a), .int(let b)):
            return .int(try checked(a.multipliedReportingOverflow(by: b), "integer"))
        case ("_/_", .int(let a), .int(let b)):
            if b == 0 { throw CELEvaluationError("division by zero") }
            return .int(try checked(a.dividedReportingOverflow(by: b), "integer"))
        case ("_%_", .int(let a), .int(let b)):
            if b == 0 { throw CELEvaluationError("modulus by zero") }
            return .int(try checked(a.remainderReportingOverflow(dividingBy: b), "integer"))
        case ("_+_", .uint(let a), .uint(let b)):
            return .uint(try checked(a.addingReportingOverflow(b), "unsigned integer"))
        case ("_-_", .uint(let a), .uint(let b)):
            return .uint(try checked(a.subtractingReportingOverflow(b), "unsigned integer"))
        case ("_*_", .uint(let a), .uint(let b)):
            return .uint(try checked(a.multipliedReportingOverflow(by: b), "unsigned integer"))
        case ("_/_", .uint(let a), .uint(let b)):
            if b == 0 { throw CELEvaluationError("division by zero") }
            return .uint(a / b)
        case ("_%_", .uint(let a), .uint(let b)):
            if b == 0 { throw CELEvaluationError("modulus by zero") }
            return .uint(a % b)
        case ("_+_", .double(let a), .double(let b)): return .double(a + b)
        case ("_-_", .double(let a), .double(let b)): return .double(a - b)
        case ("_*_", .double(let a), .double(let b)): return .double(a * b)
        case ("_/_", .double(let a), .double(let b)): return .double(a / b)
        case ("_+_", .string(let a), .string(let b)): return .string(a + b)
        case ("_+_", .bytes(let a), .bytes(let b)): return .bytes(a + b)
        case ("_+_", .list(let a), .list(let b)): return .list(a + b)
        case ("_+_", .duration(let a), .duration(let b)):
            return .duration(
                GoDuration(nanoseconds: try checked(a.nanoseconds.addingReportingOverflow(b.nanoseconds), "duration")))
        case ("_-_", .duration(let a), .duration(let b)):
            return .duration(
                GoDuration(
                    nanoseconds: try checked(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds), "duration")))
        case ("_+_", .timestamp(let a), .duration(let b)), ("_+_", .duration(let b), .timestamp(let a)):
            return .timestamp(a.advanced(by: .nanoseconds(b.nanoseconds)))
        case ("_-_", .timestamp(let a), .duration(let b)):
            return .timestamp(a.advanced(by: .zero - .nanoseconds(b.nanoseconds)))
        case ("_-_", .timestamp(let a), .timestamp(let b)):
            let seconds = try checked(
                (a.seconds - b.seconds).multipliedReportingOverflow(by: 1_000_000_000), "duration")
            return .duration(GoDuration(nanoseconds: seconds + Int64(a.nanoseconds) - Int64(b.nanoseconds)))
        default: throw .noOverload
        }
    }

    private static func access(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        switch (name, values.first, values.dropFirst().first) {
        case ("_[_]", let container?, let index?):
            guard let element = try element(index, of: container) else {
                if case .list = container {
                    throw CELEvaluationError("index out of bounds: \(print(index))")
                }
                throw CELEvaluationError("no such key: \(print(index))")
            }
            return element
        case ("_[?_]", let container?, let index?): return .optional(try element(index, of: container))
        case ("@in", let element?, .list(let items)?): return .bool(items.contains { $0.isEqual(to: element) })
        case ("@in", let key?, .map(let entries)?):
            return .bool(entries[key] != nil || entries.keys.contains { $0.isEqual(to: key) })
        case ("@in", .string(let key)?, .object(let object, _)?): return .bool(object.contains(key))
        case ("size", .string(let text)?, _): return .int(Int64(text.unicodeScalars.count))
        case ("size", .bytes?, _), ("size", .list?, _), ("size", .map?, _), ("size", .object?, _):
            return .int(Int64(values[0].size))
        case ("hasValue", .optional(let wrapped)?, _): return .bool(wrapped != nil)
        case ("value", .optional(let wrapped)?, _):
            guard let wrapped else { throw CELEvaluationError("optional.none() dereference") }
            return wrapped
        case ("optional.of", let value?, _): return .optional(value)
        case ("optional.none", _, _): return .optional(nil)
        case ("optional.ofNonZeroValue", let value?, _): return .optional(isZero(value) ? nil : value)
        case ("type", let value?, _): return .type(value.typeName)
        case ("dyn", let value?, _): return value
        default: return nil
        }
    }

    private static func element(_ index: CELValue, of container: CELValue) throws(CELEvaluationError) -> CELValue? {
        switch (container, index) {
        case (.list(let items), .int(let position)):
            return items.indices.contains(Int(position)) ? items[Int(position)] : nil
        case (.map(let entries), _): return entries[index] ?? entries.first { $0.key.isEqual(to: index) }?.value
        case (.object(let object, let type), .string(let key)):
            return object[key].map { CELValue($0, type.schema.properties[key]) }
        case (.optional(let wrapped), _):
            guard let wrapped else { return nil }
            return try element(index, of: wrapped)
        default: throw .noOverload
        }
    }

    private static func isZero(_ value: CELValue) -> Bool {
        switch value {
        case .null, .bool(false), .int(0), .uint(0), .double(0): true
        case .string, .bytes, .list, .map, .object: value.size == 0
        default: false
        }
    }

    private static func print(_ value: CELValue) -> String {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .bool(let flag): String(flag)
        case .double(let number): GoText.float(number)
        default: value.typeName
        }
    }

    // MARK: Conversions

    private static func failure(_ value: CELValue, to type: String) -> CELEvaluationError {
        CELEvaluationError("type conversion error from '\(value.typeName)' to '\(type)'")
    }

    private static func conversion(
        _ name: String, _ isMember: Bool, _ values: [CELValue]
    ) throws(CELEvaluationError) -> CELValue? {
        guard !isMember, values.count == 1 else { return nil }
        let value = values[0]
        switch (name, value) {
        case ("int", .int), ("uint", .uint), ("double", .double), ("string", .string), ("bool", .bool),
            ("bytes", .bytes), ("duration", .duration), ("timestamp", .timestamp):
            return value
        case ("int", .uint(let number)):
            guard let result = Int64(exactly: number) else { throw CELEvaluationError("integer overflow") }
            return .int(result)
        case ("int", .double(let number)):
            guard number > -9.3e18, number < 9.2e18 else { throw CELEvaluationError("integer overflow") }
            return .int(Int64(number))
        case ("int", .string(let text)):
            guard let result = Int64(text) else { throw failure(value, to: "int") }
            return .int(result)
        case ("int", .timestamp(let time)): return .int(time.seconds)
        case ("int", .duration(let duration)): return .int(duration.nanoseconds)
        case ("uint", .int(let number)):
            guard let result = UInt64(exactly: number) else { throw CELEvaluationError("unsigned integer overflow") }
            return .uint(result)
        case ("uint", .double(let number)):
            guard number >= 0, number < 1.8e19 else { throw CELEvaluationError("unsigned integer overflow") }
            return .uint(UInt64(number))
        case ("uint", .string(let text)):
            guard let result = UInt64(text) else { throw failure(value, to: "uint") }
            return .uint(result)
        case ("double", .int(let number)): return .double(Double(number))
        case ("double", .uint(let number)): return .double(Double(number))
        case ("double", .string(let text)):
            guard let result = Double(text) else { throw failure(value, to: "double") }
            return .double(result)
        case ("string", .int), ("string", .uint), ("string", .bool), ("string", .double): return .string(print(value))
        case ("string", .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
        case ("string", .timestamp(let time)): return .string(time.description)
        case ("string", .duration(let duration)):
            let seconds = Double(duration.nanoseconds) / 1e9
            return .string("\(JSONNumberText.go(seconds))s")
        case ("string", .ip(let address)): return .string(address.description)
        case ("string", .cidr(let prefix)): return .string(prefix.description)
        case ("bool", .string(let text)):
            switch text {
            case "true", "True", "TRUE", "t", "1": return .bool(true)
            case "false", "False", "FALSE", "f", "0": return .bool(false)
            default: throw failure(value, to: "bool")
            }
        case ("bytes", .string(let text)): return .bytes(Array(text.utf8))
        case ("duration", .string(let text)):
            guard let duration = GoDuration(parsing: text) else {
                throw failure(value, to: "google.protobuf.Duration")
            }
            return .duration(duration)
        case ("duration", .int(let number)): return .duration(GoDuration(nanoseconds: number))
        case ("timestamp", .string(let text)):
            guard let time = Timestamp(text) else { throw failure(value, to: "google.protobuf.Timestamp") }
            return .timestamp(time)
        case ("timestamp", .int(let seconds)): return .timestamp(Timestamp(seconds: seconds))
        default: return nil
        }
    }
}
