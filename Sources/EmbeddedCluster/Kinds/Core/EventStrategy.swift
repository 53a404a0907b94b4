import KubeCore

/// Events, of both groups; kept as `core/v1`.
struct EventStrategy: KindStrategy {
    var createsOnUpdate: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("series") { $0.setDefault("lastObservedTime", .null) }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) { addMembers(&object) }
    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) { addMembers(&object) }

    /// Go writes these even if they say nothing.
    private func addMembers(_ object: inout KubeObject) {
        for time in ["eventTime", "firstTimestamp", "lastTimestamp"] where object[time] == nil { object[time] = .null }
        for member in ["involvedObject", "source"] where object[member] == nil { object[member] = [:] }
        for member in ["reportingComponent", "reportingInstance"] where object[member] == nil { object[member] = "" }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let event = object.value
        let involved = event[path: "involvedObject", "namespace"]?.stringValue ?? ""
        var errors: [FieldError] = []
        if event.lacks("eventTime") {
            // An event about something without a namespace may only be in the default one.
            let isMatched =
                involved.isEmpty ? ["", "default"].contains(object.namespace ?? "") : involved == object.namespace
            if !isMatched {
                errors.append(
                    .invalid("involvedObject.namespace", .string(involved), "does not match event.namespace"))
            }
        } else {
            errors += newEventErrors(event, object, involved)
        }
        guard context.type.group == "events.k8s.io", old == nil else { return errors }
        if event.lacks("eventTime") { errors.append(.required("eventTime")) }
        if !["Normal", "Warning"].contains(event.text("type")) {
            errors.append(
                .invalid("type", .string(event.text("type")), "has invalid value: \(event.text("type"))"))
        }
        for member in ["firstTimestamp", "lastTimestamp"] where !event.lacks(member) {
            errors.append(.invalid(member, event[member], "needs to be unset"))
        }
        if event.number("count") != 0 { errors.append(.invalid("count", event["count"], "needs to be unset")) }
        if !event.lacks("source"), !(event["source"]?.lacks("component") ?? true) {
            errors.append(.invalid("source", event["source"], "needs to be unset"))
        }
        return errors
    }

    private func newEventErrors(_ event: JSONValue, _ object: KubeObject, _ involved: String) -> [FieldError] {
        var errors: [FieldError] = []
        if !involved.isEmpty, involved != object.namespace {
            errors.append(.invalid("involvedObject.namespace", .string(involved), "does not match event.namespace"))
        } else if involved.isEmpty, !["default", "kube-system"].contains(object.namespace ?? "") {
            errors.append(.invalid("involvedObject.namespace", .string(involved), "does not match event.namespace"))
        }
        let controller = event.text("reportingComponent")
        if controller.isEmpty {
            errors.append(.required("reportingController"))
        } else {
            errors += Names.qualifiedNameErrors(controller).map {
                .invalid("reportingController", .string(controller), $0)
            }
        }
        for (member, limit) in [("reportingInstance", 128), ("action", 128), ("reason", 128)] {
            if event.text(member).isEmpty {
                errors.append(.required(member))
            } else if event.text(member).utf8.count > limit {
                errors.append(.invalid(member, "", "can have at most \(limit) characters"))
            }
        }
        if event.text("message").utf8.count > 1024 {
            errors.append(.invalid("message", "", "can have at most 1024 characters"))
        }
        return errors
    }

    var selectableFields: [String] {
        ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map {
            "involvedObject.\($0)"
        }
            + ["reason", "reportingComponent", "source", "type"]
    }

    func selectableField(_ label: String, of object: KubeObject) -> String {
        guard label == "source" else {
            let path = label.split(separator: ".").map(String.init)
            return object.value.value(at: path[...])?.stringValue ?? ""
        }
        let component = object[path: "source", "component"]?.stringValue ?? ""
        return component.isEmpty ? object.value.text("reportingComponent") : component
    }

    private static let table: [TableColumn] = [
        TableColumn(
            "Last Seen", description: "The time at which the most recent occurrence of this event was recorded."),
        .field("Type", "core.v1.Event", "type"), .field("Reason", "core.v1.Event", "reason"),
        .field("Object", "core.v1.Event", "involvedObject"),
        .field("Subobject", "core.v1.ObjectReference", "fieldPath", priority: 1),
        .field("Source", "core.v1.Event", "source", priority: 1), .field("Message", "core.v1.Event", "message"),
        .field("First Seen", "core.v1.Event", "firstTimestamp", priority: 1),
        .field("Count", "core.v1.Event", "count", priority: 1),
        TableColumn("Name", format: "name", description: TableColumn.name.description, priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let event = object.value
        let first = Cell.since(event.lacks("firstTimestamp") ? event["eventTime"] : event["firstTimestamp"], now)
        var last = event.lacks("lastTimestamp") ? first : Cell.since(event["lastTimestamp"], now)
        var count = max(event.number("count"), 1)
        if let series = event["series"] {
            last = Cell.since(series["lastObservedTime"], now)
            count = series.number("count")
        }
        let involved = event["involvedObject"] ?? [:]
        let kind = involved.text("kind").lowercased()
        let target = involved.text("name").isEmpty ? kind : "\(kind)/\(involved.text("name"))"
        let source = event["source"] ?? [:]
        let component = source.text("component").isEmpty ? event.text("reportingComponent") : source.text("component")
        let instance = source.text("host").isEmpty ? event.text("reportingInstance") : source.text("host")
        var message = event.text("message")[...]
        while message.last?.isWhitespace == true { message.removeLast() }
        while message.first?.isWhitespace == true { message.removeFirst() }
        return [
            last, .string(event.text("type")), .string(event.text("reason")), .string(target),
            .string(involved.text("fieldPath")), .string(instance.isEmpty ? component : "\(component), \(instance)"),
            .string(String(message)), first, .integer(count), Cell.name(object),
        ]
    }
}
