import Foundation
import KubeCore
import Logging

/// One JSON object a line on standard error, for log collectors.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var merged = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { merged["error"] = "\(error)" }
        let text = Self.line(
            level: event.level, label: label, message: event.message.description, metadata: merged, time: Self.now())
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// The line that an entry becomes; members of the metadata never replace the entry's own.
    static func line(
        level: Logger.Level, label: String, message: String, metadata: Logger.Metadata, time: Timestamp
    ) -> String {
        var object: JSONObject = [
            "time": .string(time.microTime), "level": .string(level.rawValue), "logger": .string(label),
            "message": .string(message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where !object.contains(key) {
            object[key] = json(value)
        }
        return JSONValue.object(object).serialized() + "\n"
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let convertible): .string(convertible.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let members): .object(JSONObject(members.map { ($0.key, json($0.value)) }))
        }
    }

    private static func now() -> Timestamp {
        let interval = Date().timeIntervalSince1970
        let seconds = interval.rounded(.down)
        return Timestamp(seconds: Int64(seconds), nanoseconds: Int32((interval - seconds) * 1e9))
    }
}
