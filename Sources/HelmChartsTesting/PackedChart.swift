import KubeCore

/// A small chart as a `.tgz`: the same bytes for the same arguments.
public struct PackedChart: Sendable {
    /// The chart's name.
    public let name: String
    /// The chart's version.
    public let version: String
    /// The version of what it installs.
    public let appVersion: String
    /// The bytes of the archive.
    public let archive: [UInt8]

    /// SHA-256 of the archive in hexadecimal.
    public var digest: String { SHA256.hexadecimal(archive) }
    /// The name that `helm package` gives the archive.
    public var fileName: String { "\(name)-\(version).tgz" }

    /// Packs a chart with one ConfigMap, or with these files.
    public init(_ name: String, _ version: String, appVersion: String? = nil, files: [String: String] = [:]) {
        let appVersion = appVersion ?? version
        var files = files
        if files["Chart.yaml"] == nil {
            files["Chart.yaml"] =
                "apiVersion: v2\nname: \(name)\nversion: \(version)\nappVersion: \"\(appVersion)\"\n"
        }
        if files.count == 1 {
            files["templates/config.yaml"] =
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n"
                + "  version: {{ .Chart.Version | quote }}\n"
        }
        self.init(name, version, appVersion, packing: files.mapValues { Array($0.utf8) })
    }

    /// Packs files as they are.
    public init(_ name: String, _ version: String, _ appVersion: String, packing files: [String: [UInt8]]) {
        self.name = name
        self.version = version
        self.appVersion = appVersion
        var tar: [UInt8] = []
        for (path, content) in files.sorted(by: { $0.key < $1.key }) {
            tar += Self.header("\(name)/\(path)", content.count) + content
            tar += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
        }
        archive = Self.gzip(tar + [UInt8](repeating: 0, count: 1024))
    }

    private static func header(_ path: String, _ size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(path, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        return header
    }

    /// gzip (RFC 1952) of stored blocks.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        func little(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
        }
        var position = 0
        repeat {
            let end = min(position + 65_535, bytes.count)
            let length = UInt32(end - position)
            result += [end == bytes.count ? 1 : 0] + little(length, 2) + little(~length, 2) + bytes[position..<end]
            position = end
        } while position < bytes.count
        var checksum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
        }
        return result + little(~checksum, 4) + little(UInt32(truncatingIfNeeded: bytes.count), 4)
    }
}
