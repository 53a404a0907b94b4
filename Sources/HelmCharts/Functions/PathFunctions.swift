/// Sprig's functions on paths; paths of the operating system follow Linux.
enum PathFunctions {
    static let all: [TemplateFunction] =
        TemplateFunction("base", [.string]) { _, arguments in .string(base(arguments.string(0))) }.named("osBase")
        + TemplateFunction("dir", [.string]) { _, arguments in .string(directory(arguments.string(0))) }.named("osDir")
        + TemplateFunction("clean", [.string]) { _, arguments in .string(clean(arguments.string(0))) }.named("osClean")
        + TemplateFunction("ext", [.string]) { _, arguments in .string(pathExtension(arguments.string(0))) }.named(
            "osExt")
        + TemplateFunction("isAbs", [.string]) { _, arguments in .bool(arguments.string(0).hasPrefix("/")) }
        .named("osIsAbs")

    private static func base(_ path: String) -> String {
        if path.isEmpty { return "." }
        var rest = Substring(path)
        while rest.hasSuffix("/") { rest.removeLast() }
        if let slash = rest.lastIndex(of: "/") { rest = rest[rest.index(after: slash)...] }
        return rest.isEmpty ? "/" : String(rest)
    }

    private static func directory(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return clean(String(path[...slash]))
    }

    private static func pathExtension(_ path: String) -> String {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    }

    private static func clean(_ path: String) -> String {
        if path.isEmpty { return "." }
        let isRooted = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                if let last = parts.last, last != ".." {
                    parts.removeLast()
                } else if !isRooted {
                    parts.append(part)
                }
            } else {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        return isRooted ? "/" + joined : joined.isEmpty ? "." : joined
    }
}
