import KubeCore

/// Values for a chart, gathered as Helm's command line gathers them: files first, then each class of `--set`.
///
/// Numbers of files are floating-point to templates, as they come through JSON; integers of `--set` stay integers.
public struct ChartValues {
    private var base: JSONValue
    private var edits: [Edit] = []

    /// A `--set` expression, kept to be applied to each render's own map.
    private enum Edit {
        case expression(String, SetExpression.Mode)
        case object(JSONValue)
    }

    /// Values as one values file would hold them; null deletes a default. Anything but an object counts as none.
    public init(_ values: JSONValue = .object(JSONObject())) {
        base = values.objectValue == nil ? .object(JSONObject()) : values
    }

    /// Merges the documents of a values file over what was gathered so far: maps merge, the rest is replaced.
    public mutating func merge(file: [UInt8]) throws(ChartError) {
        ValuesDocument.merge(&base, try ValuesDocument.merged(file))
    }

    /// Applies a `--set` expression: `a.b=1,c={x,y},d[0].e=null`.
    public mutating func set(_ expression: String) throws(ChartError) {
        try apply(expression, "--set", .typed)
    }

    /// Applies a `--set-string` expression; every value is a string.
    public mutating func setString(_ expression: String) throws(ChartError) {
        try apply(expression, "--set-string", .strings)
    }

    /// Applies a `--set-file` expression, whose values name files that `read` gives, nil for those it cannot read.
    public mutating func setFile(_ expression: String, read: @escaping (String) -> [UInt8]?) throws(ChartError) {
        try apply(expression, "--set-file", .files(read))
    }

    /// Applies a `--set-literal` expression: one path, everything after `=` as it is.
    public mutating func setLiteral(_ expression: String) throws(ChartError) {
        try apply(expression, "--set-literal", .literal)
    }

    /// Applies a `--set-json` expression: `path=JSON` or a whole JSON object.
    public mutating func setJSON(_ expression: String) throws(ChartError) {
        if expression.trimmingSpace().hasPrefix("{") {
            do {
                edits.append(.object(try JSONValue(parsing: expression)))
            } catch {
                throw ChartError("failed parsing --set-json data JSON: \(expression)")
            }
            return
        }
        try apply(expression, "--set-json", .json)
    }

    private mutating func apply(
        _ expression: String, _ flag: String, _ mode: SetExpression.Mode
    ) throws(ChartError) {
        edits.append(.expression(expression, mode))
        do {
            // Applied to all that was gathered so far, to report mistakes where they are made.
            _ = try applied()
        } catch {
            throw ChartError("failed parsing \(flag) data: \(error.text)")
        }
    }

    /// A fresh map of all that was gathered.
    func makeMap() throws(GoError) -> MapObject { try applied() }

    private func applied() throws(GoError) -> MapObject {
        let map = Value(json: base).mapObject ?? MapObject()
        for edit in edits {
            switch edit {
            case .expression(let text, let mode): try SetExpression.apply(text, mode, to: map)
            case .object(let object):
                if case .map(let source) = Value(json: object) { SetExpression.merge(source, into: map) }
            }
        }
        return map
    }
}
