import KubeCore

/// Cron jobs.
struct CronJobStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefaultText("concurrencyPolicy", "Allow")
            spec.setDefault("suspend", false)
            spec.setDefault("successfulJobsHistoryLimit", 3)
            spec.setDefault("failedJobsHistoryLimit", 1)
            spec.setDefault("jobTemplate", [:])
            spec.edit("jobTemplate") { job in
                if job["spec"] == nil { job.set([:], at: "spec") }
                // The defaults of jobs themselves come when they are made.
                job.edit("spec") { spec in
                    spec.setDefault("template", [:])
                    spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
                }
            }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [:]
        addMetadata(&object)
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        addMetadata(&object)
    }

    /// Go writes the metadata of templates even if there is none.
    private func addMetadata(_ object: inout KubeObject) {
        object.edit("spec") { spec in
            spec.edit("jobTemplate") { job in
                job.setDefault("metadata", [:])
                job.edit("spec") { spec in spec.edit("template") { $0.setDefault("metadata", [:]) } }
            }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let spec = object.specification
        var errors: [FieldError] = []
        if old == nil, object.name.utf8.count > 52 {
            errors.append(.invalid("metadata.name", .string(object.name), "must be no more than 52 characters"))
        }
        let schedule = spec.text("schedule")
        if schedule.isEmpty {
            errors.append(.required("spec.schedule"))
        } else if let problem = CronSyntax.problem(schedule) {
            errors.append(.invalid("spec.schedule", .string(schedule), problem))
        }
        if schedule.contains("TZ"), spec["timeZone"] != nil || old == nil {
            errors.append(
                .invalid(
                    "spec.schedule", .string(schedule),
                    "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
        }
        errors += FieldRules.nonNegative(
            spec, ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"], "spec")
        errors += FieldRules.oneOf(
            spec["concurrencyPolicy"], ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy", required: true)
        return errors + JobStrategy.specErrors(spec[path: "jobTemplate", "spec"] ?? [:], "spec.jobTemplate.spec")
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "jobTemplate", "spec", "template")
    }

    private static let table: [TableColumn] = [
        .name, .field("Schedule", "batch.v1.CronJobSpec", "schedule"),
        .field("Timezone", "batch.v1.CronJobSpec", "timeZone"),
        .field("Suspend", "batch.v1.CronJobSpec", "suspend", is: "boolean"),
        .field("Active", "batch.v1.CronJobStatus", "active", is: "integer"),
        .field("Last Schedule", "batch.v1.CronJobStatus", "lastScheduleTime"), .age, .containers, .images,
        .field("Selector", "batch.v1.JobSpec", "selector", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let last = status["lastScheduleTime"].map { Cell.since($0, now) } ?? "<none>"
        let zone = spec.text("timeZone")
        return [
            Cell.name(object), .string(spec.text("schedule")), .string(zone.isEmpty ? "<none>" : zone),
            .string(spec["suspend"]?.boolValue == true ? "True" : "False"),
            .integer(Int64(status.list("active").count)), last, Cell.age(object, now),
        ] + Cell.containers(spec[path: "jobTemplate", "spec", "template"])
            + [Cell.selector(spec[path: "jobTemplate", "spec", "selector"])]
    }
}

/// The syntax of cron schedules, in the words of the parser that the API server uses.
enum CronSyntax {
    private static let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]
    private static let names: [[String: Int]] = [
        [:], [:], [:],
        [
            "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
            "nov": 11, "dec": 12,
        ],
        ["sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6],
    ]

    /// What is wrong with a schedule; nil if nothing is.
    static func problem(_ schedule: String) -> String? {
        if schedule.hasPrefix("@") {
            let known = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
            if known.contains(schedule) || schedule.hasPrefix("@every ") { return nil }
            return "unrecognized descriptor: \(schedule)"
        }
        var fields = schedule.split(whereSeparator: \.isWhitespace).map(String.init)
        if let first = fields.first, first.hasPrefix("TZ=") || first.hasPrefix("CRON_TZ=") { fields.removeFirst() }
        guard fields.count == 5 else {
            return "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]"
        }
        for (index, field) in fields.enumerated() {
            for part in field.split(separator: ",") {
                if let problem = rangeProblem(String(part), index) { return problem }
            }
        }
        return nil
    }

    private static func rangeProblem(_ part: String, _ index: Int) -> String? {
        let (lowest, highest) = bounds[index]
        let pieces = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        func number(_ text: String) -> Int? {
            Int(text).flatMap { $0 < 0 ? nil : $0 } ?? names[index][text.lowercased()]
        }
        func failure(_ text: String) -> String {
            "failed to parse int from \(text): strconv.Atoi: parsing \(JSONValue.string(text).serialized()): invalid syntax"
        }
        guard pieces.count <= 2 else { return "too many slashes: \(part)" }
        guard ends.count <= 2 else { return "too many hyphens: \(part)" }
        var (start, end) = (lowest, highest)
        if ends[0] != "*", ends[0] != "?" {
            guard let first = number(ends[0]) else { return failure(ends[0]) }
            (start, end) = (first, first)
            if ends.count == 2 {
                guard let last = number(ends[1]) else { return failure(ends[1]) }
                end = last
            } else if pieces.count == 2 {
                end = highest
            }
        }
        if pieces.count == 2 {
            guard let step = number(pieces[1]) else { return failure(pieces[1]) }
            if step == 0 { return "step of range should be a positive number: \(part)" }
        }
        if start < lowest { return "beginning of range (\(start)) below minimum (\(lowest)): \(part)" }
        if end > highest { return "end of range (\(end)) above maximum (\(highest)): \(part)" }
        if start > end { return "beginning of range (\(start)) beyond end of range (\(end)): \(part)" }
        return nil
    }
}
