import KubeCore

/// Checks a value against its schema, with the findings and words of the real server.
///
/// Where an old value is given and a part is equal to its counterpart, the part is not checked again: an object that was
/// stored before its schema became stricter can still be changed elsewhere.
struct SchemaValidation {
    /// What one check found, and how many of its parts passed; the latter picks the best of several alternatives.
    private struct Outcome {
        var faults: [FieldError] = []
        var matches = 0

        mutating func merge(_ other: Outcome) {
            faults += other.faults
            matches += other.matches
        }
    }

    /// The faults of a value at a path; the empty path is that of a whole object.
    static func faults(of value: JSONValue, _ schema: Schema, at path: String = "", old: JSONValue? = nil)
        -> [FieldError]
    {
        SchemaValidation().check(value, schema, path, old).faults
    }

    private func check(_ value: JSONValue, _ schema: Schema, _ path: String, _ old: JSONValue?) -> Outcome {
        if let old, old == value { return Outcome(matches: 1) }
        var outcome = Outcome()
        outcome.merge(checkType(value, schema, path))
        guard !value.isNull else {
            outcome.merge(checkEnumeration(value, schema, path))
            return outcome
        }
        outcome.merge(checkComposition(value, schema, path, old))
        switch value {
        case .string(let text): outcome.merge(checkString(text, schema, path))
        case .integer, .double, .decimal: outcome.merge(checkNumber(value, schema, path))
        case .array(let items): outcome.merge(checkItems(items, schema, path, old))
        default: break
        }
        outcome.merge(checkEnumeration(value, schema, path))
        if case .object(let object) = value { outcome.merge(checkMembers(object, schema, path, old)) }
        outcome.matches += 1
        return outcome
    }

    // MARK: Types

    private func checkType(_ value: JSONValue, _ schema: Schema, _ path: String) -> Outcome {
        let types = schema.isIntOrString ? ["integer", "string"] : schema.type.isEmpty ? [] : [schema.type]
        guard !types.isEmpty || schema.format != nil else { return Outcome(matches: 1) }
        func mismatch(_ expected: String, _ actual: String) -> Outcome {
            Outcome(faults: [typeFault(path, expected, .string(actual))])
        }
        if value.isNull {
            if types.isEmpty || schema.isNullable { return Outcome(matches: 1) }
            return mismatch(types.joined(separator: ","), "null")
        }
        let actual = value.typeName
        let isFloatInteger = actual == "number" && value.integerValue != nil && types.contains("integer")
        let isIntegerFloat = actual == "integer" && types.contains("number")
        let isNumeric = types.contains("integer") || types.contains("number")
        if let format = schema.format, !format.isEmpty {
            let valueFormat = actual == "integer" ? "int64" : actual == "number" ? "double" : ""
            switch value {
            case .string, .array:
                if !isNumeric { return Outcome(matches: 1) }
            default:
                if !types.contains(actual), format != valueFormat, !isFloatInteger, !isIntegerFloat {
                    return mismatch(format, valueFormat)
                }
            }
        }
        if types.isEmpty || types.contains(actual) || isFloatInteger || isIntegerFloat { return Outcome(matches: 1) }
        return mismatch(types.joined(separator: ","), actual)
    }

    private func typeFault(_ path: String, _ expected: String, _ actual: JSONValue) -> FieldError {
        FieldError.typeInvalid(
            path, actual, "\(path) in body must be of type \(expected): \(actual.serialized())")
    }

    private func checkEnumeration(_ value: JSONValue, _ schema: Schema, _ path: String) -> Outcome {
        guard let allowed = schema.constraints.enumeration, !allowed.contains(value) else { return Outcome(matches: 1) }
        if value.isNull, schema.isNullable { return Outcome(matches: 1) }
        return Outcome(faults: [FieldError.notSupported(path, value, allowed.map { $0.stringValue ?? $0.serialized() })]
        )
    }

    // MARK: Scalars

    private func checkString(_ text: String, _ schema: Schema, _ path: String) -> Outcome {
        var outcome = Outcome(matches: 1)
        let limits = schema.constraints
        let length = text.unicodeScalars.count
        if let maximum = limits.maxLength, length > maximum {
            outcome.faults.append(
                FieldError(
                    reason: "FieldValueTooLong", field: path,
                    message: "Too long: may not be more than \(maximum) byte\(maximum == 1 ? "" : "s")"))
        } else if let minimum = limits.minLength, length < minimum {
            outcome.faults.append(invalid(path, .string(text), "should be at least \(minimum) chars long"))
        } else if let pattern = limits.pattern {
            if let expression = RegularExpression.cached(pattern), !expression.matches(text) {
                outcome.faults.append(invalid(path, .string(text), "should match '\(pattern)'"))
            }
        }
        if let format = schema.format, let isValid = StringFormats.check(format), !isValid(text) {
            outcome.faults.append(typeFault(path, format, .string(text)))
        }
        return outcome
    }

    private func checkNumber(_ value: JSONValue, _ schema: Schema, _ path: String) -> Outcome {
        var outcome = Outcome(matches: 1)
        if let fault = rangeFault(value, schema, path) { outcome.faults.append(fault) }
        let number = value.doubleValue ?? 0
        let limits = schema.constraints
        if let factor = limits.multipleOf, let divisor = factor.doubleValue, divisor > 0 {
            let isMultiple: Bool
            if let a = value.integerValue, let b = factor.integerValue, b != 0 {
                isMultiple = a % b == 0
            } else {
                let quotient = number / divisor
                isMultiple = quotient == quotient.rounded()
            }
            if !isMultiple { outcome.faults.append(invalid(path, value, "should be a multiple of \(text(factor))")) }
        }
        if let maximum = limits.maximum, let bound = maximum.doubleValue {
            let exceeds = compare(value, maximum) > 0
            if limits.isMaximumExclusive, exceeds || number == bound {
                outcome.faults.append(invalid(path, value, "should be less than \(text(maximum))"))
            } else if exceeds {
                outcome.faults.append(invalid(path, value, "should be less than or equal to \(text(maximum))"))
            }
        }
        if let minimum = limits.minimum, let bound = minimum.doubleValue {
            let falls = compare(value, minimum) < 0
            if limits.isMinimumExclusive, falls || number == bound {
                outcome.faults.append(invalid(path, value, "should be greater than \(text(minimum))"))
            } else if falls {
                outcome.faults.append(invalid(path, value, "should be greater than or equal to \(text(minimum))"))
            }
        }
        return outcome
    }

    private func compare(_ left: JSONValue, _ right: JSONValue) -> Int {
        if let a = left.integerValue, let b = right.integerValue { return a < b ? -1 : a > b ? 1 : 0 }
        let a = left.doubleValue ?? 0
        let b = right.doubleValue ?? 0
        return a < b ? -1 : a > b ? 1 : 0
    }

    /// Whether a number fits its type and format at all.
    private func rangeFault(_ value: JSONValue, _ schema: Schema, _ path: String) -> FieldError? {
        let fits: Bool
        if schema.type == "integer" {
            switch schema.format {
            case "int32": fits = value.integerValue.map { Int32(exactly: $0) != nil } ?? false
            case "uint32": fits = value.integerValue.map { UInt32(exactly: $0) != nil } ?? false
            case "uint64": fits = (value.integerValue ?? -1) >= 0
            default: fits = value.integerValue != nil
            }
        } else if schema.format == "float" || schema.format == "float32" {
            fits = abs(value.doubleValue ?? 0) <= Double(Float.greatestFiniteMagnitude)
        } else {
            fits = true
        }
        if fits { return nil }
        let format = schema.format.flatMap { $0.isEmpty ? nil : "with format \($0)" } ?? "(default format)"
        return composite("Checked value must be of type \(schema.type) \(format) in \(path)")
    }

    /// A limit as Go prints a float.
    private func text(_ number: JSONValue) -> String { GoText.float(number.doubleValue ?? 0) }

    // MARK: Lists and objects

    private func checkItems(_ items: [JSONValue], _ schema: Schema, _ path: String, _ old: JSONValue?) -> Outcome {
        var outcome = Outcome(matches: 1)
        if let item = schema.items {
            let correlation = ListCorrelation(schema, old)
            for (index, element) in items.enumerated() {
                outcome.merge(
                    check(element, item, "\(path)[\(index)]", correlation.counterpart(of: element, at: index)))
            }
        }
        if let minimum = schema.constraints.minItems, items.count < minimum {
            outcome.faults.append(
                invalid(path, .integer(Int64(items.count)), "should have at least \(minimum) items"))
        }
        if let maximum = schema.constraints.maxItems, items.count > maximum {
            outcome.faults.append(FieldError.tooMany(path, count: items.count, maximum: maximum))
        }
        return outcome
    }

    private func checkMembers(
        _ object: JSONObject, _ schema: Schema, _ path: String, _ old: JSONValue?
    ) -> Outcome {
        let limits = schema.constraints
        if let minimum = limits.minProperties, object.count < minimum {
            return Outcome(faults: [
                invalid(path, .integer(Int64(object.count)), "should have at least \(minimum) properties")
            ])
        }
        if let maximum = limits.maxProperties, object.count > maximum {
            return Outcome(faults: [FieldError.tooMany(path, count: object.count, maximum: maximum)])
        }
        var outcome = Outcome(matches: 1)
        for (key, value) in object.sorted {
            let child = path.isEmpty ? key : "\(path).\(key)"
            if let property = schema.properties[key] ?? schema.additionalPropertiesSchema {
                outcome.merge(check(value, property, child, old?[key]))
            } else if case .allowed(false) = schema.additionalProperties, !schema.carriesObjectMetadata {
                outcome.faults.append(
                    FieldError.invalid(child, .string(""), "\(path).\(key) in body is a forbidden property"))
            }
        }
        for name in schema.required where !object.contains(name) {
            outcome.faults.append(FieldError.required(path.isEmpty ? name : "\(path).\(name)"))
        }
        return outcome
    }

    // MARK: Composition

    private func checkComposition(
        _ value: JSONValue, _ schema: Schema, _ path: String, _ old: JSONValue?
    ) -> Outcome {
        var outcome = Outcome()
        let limits = schema.constraints
        if !limits.anyOf.isEmpty {
            let results = limits.anyOf.map { check(value, $0, path, old) }
            if !results.contains(where: \.faults.isEmpty) {
                outcome.faults.append(composite("\"\(path)\" must validate at least one schema (anyOf)"))
                outcome.merge(best(of: results))
            }
        }
        if !limits.oneOf.isEmpty {
            let results = limits.oneOf.map { check(value, $0, path, old) }
            let valid = results.filter(\.faults.isEmpty).count
            if valid != 1 {
                let found = valid == 0 ? "Found none valid" : "Found \(valid) valid alternatives"
                outcome.faults.append(
                    composite("\"\(path)\" must validate one and only one schema (oneOf). \(found)"))
                if valid == 0 { outcome.merge(best(of: results)) }
            }
        }
        if !limits.allOf.isEmpty {
            let results = limits.allOf.map { check(value, $0, path, old) }
            for result in results { outcome.merge(result) }
            if results.contains(where: { !$0.faults.isEmpty }) {
                outcome.faults.append(composite("\"\(path)\" must validate all the schemas (allOf)"))
            }
        }
        if let not = limits.not, check(value, not, path, nil).faults.isEmpty {
            outcome.faults.append(composite("\"\(path)\" must not validate the schema (not)"))
        }
        outcome.matches += 1
        return outcome
    }

    /// The alternative that came closest, the first of equals.
    private func best(of results: [Outcome]) -> Outcome {
        guard var best = results.first else { return Outcome() }
        for result in results.dropFirst() where result.matches > best.matches { best = result }
        return best
    }

    private func invalid(_ path: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError.invalid(path, value, "\(path) in body \(detail)")
    }

    /// A fault that is about no single field.
    private func composite(_ message: String) -> FieldError {
        FieldError.invalid("<nil>", .string(""), message)
    }
}

/// Pairs the elements of a list with those of its old value: by key in `map` lists, not at all in others.
struct ListCorrelation {
    private var old: [PathElement: JSONValue] = [:]
    private let list: MergeType.List?

    init(_ schema: Schema, _ old: JSONValue?) {
        guard schema.listType == "map", case .array(let items)? = old,
            case .list(let list)? = MergeType.schema(schema).structure
        else {
            list = nil
            return
        }
        self.list = list
        for (index, item) in items.enumerated() {
            if let element = try? list.pathElement(of: item, at: index) { self.old[element] = item }
        }
    }

    func counterpart(of item: JSONValue, at index: Int) -> JSONValue? {
        guard let list, let element = try? list.pathElement(of: item, at: index) else { return nil }
        return old[element]
    }
}

extension GoText {
    /// `%v` of a float64: an exponent from 1e+06 on, and below 1e-4.
    static func float(_ number: Double) -> String {
        let (isNegative, digits, exponent) = JSONNumberText.shortestDigits(number)
        guard number != 0, exponent < -4 || exponent >= 6 else { return JSONNumberText.go(number) }
        var text = String(decoding: digits, as: UTF8.self)
        if digits.count > 1 { text.insert(".", at: text.index(after: text.startIndex)) }
        let magnitude = abs(exponent)
        return "\(isNegative ? "-" : "")\(text)e\(exponent < 0 ? "-" : "+")\(magnitude < 10 ? "0" : "")\(magnitude)"
    }
}
