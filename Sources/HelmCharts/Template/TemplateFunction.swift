/// A function that templates can call, with the parameter types that Go would check.
final class TemplateFunction: Sendable {
    /// How evaluation treats the function.
    enum Form: Sendable {
        case ordinary, and, or
    }

    typealias Body = @Sendable (TemplateExecution, Arguments) throws(GoError) -> Value

    let name: String
    let parameters: [ParameterType]
    /// The type of further arguments, if it takes any number.
    let variadic: ParameterType?
    let form: Form
    let body: Body

    init(
        _ name: String, _ parameters: [ParameterType] = [], variadic: ParameterType? = nil, form: Form = .ordinary,
        body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.variadic = variadic
        self.form = form
        self.body = body
    }

    func renamed(_ name: String) -> TemplateFunction {
        TemplateFunction(name, parameters, variadic: variadic, form: form, body: body)
    }
}

/// The Go type of a parameter.
enum ParameterType: Sendable {
    /// `interface{}`: nil is allowed.
    case any
    /// `reflect.Value`, which builtin functions take.
    case reflected
    case string, bool, int, int64, uint32, float64
    /// `map[string]interface{}`.
    case map
    /// `[]interface{}`.
    case list
    /// `[]string`.
    case strings
    /// `[]byte`.
    case bytes
    /// `time.Time` or another object of this type name.
    case object(String)

    var typeName: String {
        switch self {
        case .any: "interface {}"
        case .reflected: "reflect.Value"
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .int64: "int64"
        case .uint32: "uint32"
        case .float64: "float64"
        case .map: "map[string]interface {}"
        case .list: "[]interface {}"
        case .strings: "[]string"
        case .bytes: "[]uint8"
        case .object(let name): name
        }
    }

    /// Whether Go's zero value of the type is nil.
    var canBeNil: Bool {
        switch self {
        case .any, .reflected, .map, .list, .strings, .bytes: true
        default: false
        }
    }
}

/// The functions a template may name.
typealias FunctionTable = [String: TemplateFunction]

/// The evaluated arguments of a call, already of the parameters' types.
struct Arguments {
    let values: [Value]

    var count: Int { values.count }

    subscript(_ index: Int) -> Value { values[index] }

    func string(_ index: Int) -> String { values[index].stringText ?? "" }
    func bytes(_ index: Int) -> [UInt8] { values[index].stringBytes ?? [] }

    func int(_ index: Int) -> Int {
        if case .integer(let value, _) = values[index] { return Int(value) }
        return 0
    }

    func float(_ index: Int) -> Double {
        if case .float(let value) = values[index] { return value }
        return 0
    }

    func bool(_ index: Int) -> Bool {
        if case .bool(let value) = values[index] { return value }
        return false
    }

    func from(_ index: Int) -> ArraySlice<Value> { values[min(index, values.count)...] }
}
