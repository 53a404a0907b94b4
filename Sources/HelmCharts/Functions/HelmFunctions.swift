import KubeCore

/// Helm's own functions.
enum HelmFunctions {
    static let all: [TemplateFunction] = templates + documents

    private static let templates: [TemplateFunction] = [
        TemplateFunction("include", [.string, .any]) { execution, arguments throws(GoError) in
            let name = arguments.string(0)
            let count = execution.includeCounts[name] ?? 0
            if count > 1000 {
                throw GoError(
                    "rendering template has a nested reference name: \(name): unable to execute template",
                    wrapping: GoError("unable to execute template"))
            }
            execution.includeCounts[name] = count + 1
            defer { execution.includeCounts[name] = count }
            return .text(try execution.run(name, data: arguments[1]))
        },
        TemplateFunction("tpl", [.string, .any]) { execution, arguments throws(GoError) in
            .text(try execution.runText(arguments.string(0), data: arguments[1]))
        },
        TemplateFunction("required", [.string, .any]) { _, arguments throws(GoError) in
            let isEmptyText = arguments[1].stringBytes?.isEmpty == true
            if arguments[1].isNil || isEmptyText { throw GoError(HelmErrorText.marked(arguments.string(0))) }
            return arguments[1]
        },
        TemplateFunction("lookup", [.string, .string, .string, .string]) { execution, arguments throws(GoError) in
            Value(
                json: try execution.environment.lookup(
                    arguments.string(0), arguments.string(1), arguments.string(2), arguments.string(3)))
        },
        TemplateFunction("getHostByName", [.string]) { _, _ in .string("") },
    ]

    private static let documents: [TemplateFunction] =
        [
            TemplateFunction("toYaml", [.any]) { _, arguments in .text(trimmed(YAMLEncoding.bytes(arguments[0]) ?? []))
            },
            TemplateFunction("mustToYaml", [.any]) { _, arguments throws(GoError) in
                guard let bytes = YAMLEncoding.bytes(arguments[0]) else {
                    throw GoError("error converting JSON to YAML: yaml: control characters are not allowed")
                }
                return .text(trimmed(bytes))
            },
            TemplateFunction("toYamlPretty", [.any]) { _, arguments in
                .text(trimmed(YAMLEncoding.pretty(arguments[0]) ?? []))
            },
            TemplateFunction("fromYaml", [.string]) { _, arguments in
                do throws(GoError) {
                    return .map(try yamlMap(arguments.bytes(0)))
                } catch {
                    return .map(MapObject(["Error": .string(error.text)]))
                }
            },
            TemplateFunction("fromYamlArray", [.string]) { _, arguments in
                do throws(GoError) {
                    let json = try yaml(arguments.bytes(0))
                    switch json {
                    case .array(let elements): return .list(elements.map { Value(json: $0) })
                    case .null: return .list([])
                    default: throw GoError(cannotUnmarshal(json, "[]interface {}"))
                    }
                } catch {
                    return .list([.string(error.text)])
                }
            },
            TemplateFunction("toJson", [.any]) { _, arguments in
                .text((try? JSONEncoding.bytes(arguments[0])) ?? [])
            },
            TemplateFunction("mustToJson", [.any]) { _, arguments throws(GoError) in
                .text(try JSONEncoding.bytes(arguments[0]))
            },
            TemplateFunction("toPrettyJson", [.any]) { _, arguments in
                .text((try? JSONEncoding.pretty(arguments[0])) ?? [])
            },
            TemplateFunction("mustToPrettyJson", [.any]) { _, arguments throws(GoError) in
                .text(try JSONEncoding.pretty(arguments[0]))
            },
            TemplateFunction("fromJson", [.string]) { _, arguments in
                do throws(GoError) {
                    let json = try parseJSON(arguments.bytes(0))
                    switch json {
                    case .object: return Value(json: json)
                    case .null: return .map(MapObject())
                    default:
                        throw GoError(
                            "json: cannot unmarshal \(goType(json)) into Go value of type map[string]interface {}")
                    }
                } catch {
                    return .map(MapObject(["Error": .string(error.text)]))
                }
            },
            TemplateFunction("mustFromJson", [.string]) { _, arguments throws(GoError) in
                Value(json: try parseJSON(arguments.bytes(0)))
            },
            TemplateFunction("fromJsonArray", [.string]) { _, arguments in
                do throws(GoError) {
                    let json = try parseJSON(arguments.bytes(0))
                    switch json {
                    case .array: return Value(json: json)
                    case .null: return .list([], .nilAny)
                    default:
                        throw GoError("json: cannot unmarshal \(goType(json)) into Go value of type []interface {}")
                    }
                } catch {
                    return .list([.string(error.text)])
                }
            },
            TemplateFunction("toToml", [.any]) { _, arguments in
                do throws(GoError) {
                    return .text(try TOML.bytes(arguments[0]))
                } catch {
                    return .string(error.text)
                }
            },
            TemplateFunction("mustToToml", [.any]) { _, arguments throws(GoError) in .text(try TOML.bytes(arguments[0]))
            },
            TemplateFunction("fromToml", [.string]) { _, arguments in
                do throws(GoError) {
                    return .map(try TOMLReader.read(arguments.bytes(0)))
                } catch {
                    return .map(MapObject(["Error": .string(error.text)]))
                }
            },
        ]
        + TemplateFunction("toRawJson", [.any]) { _, arguments throws(GoError) in
            .text(try JSONEncoding.bytes(arguments[0], escapesHTML: false))
        }.named("mustToRawJson")

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] { bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes }

    private static func yaml(_ bytes: [UInt8]) throws(GoError) -> JSONValue {
        do {
            return try YAML.value(in: bytes)
        } catch {
            if error.problem.hasPrefix("json: ") {
                throw GoError("error converting YAML to JSON: \(error.problem)")
            }
            throw GoError("error converting YAML to JSON: \(error.goDescription)")
        }
    }

    private static func yamlMap(_ bytes: [UInt8]) throws(GoError) -> MapObject {
        let json = try yaml(bytes)
        switch json {
        case .object: return Value(json: json).mapObject ?? MapObject()
        case .null: return MapObject()
        default: throw GoError(cannotUnmarshal(json, "map[string]interface {}"))
        }
    }

    private static func cannotUnmarshal(_ json: JSONValue, _ type: String) -> String {
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(goType(json)) into Go value of type \(type)"
    }

    static func goType(_ json: JSONValue) -> String {
        switch json {
        case .bool: "bool"
        case .integer, .double, .decimal: "number"
        default: json.typeName
        }
    }

    private static func parseJSON(_ bytes: [UInt8]) throws(GoError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw GoError(GoJSONSyntax.problem(in: bytes) ?? "\(error)")
        }
    }
}
