/// Reads a chart's files from a gzipped tar archive, refusing what could escape, flood or surprise.
enum ChartArchive {
    private static let maximumArchiveBytes = 100 << 20
    private static let maximumFileBytes = 5 << 20
    private static let maximumTotalBytes = 100 << 20
    private static let maximumFiles = 20_000

    static func files(in archive: [UInt8]) throws(ChartError) -> [ChartFile] {
        guard archive.count <= maximumArchiveBytes else {
            throw ChartError("the archive has \(archive.count) bytes, more than the \(maximumArchiveBytes) allowed")
        }
        guard archive.starts(with: [0x1F, 0x8B]) else {
            throw ChartError("file does not appear to be a gzipped archive; got '\(Self.kind(archive))'")
        }
        let tar: [UInt8]
        do {
            tar = try Inflate.gunzip(archive, limit: maximumTotalBytes)
        } catch {
            throw ChartError("cannot decompress the archive: \(error.message)")
        }
        let entries = try entries(in: tar)
        guard !entries.isEmpty else { throw ChartError("no files in chart archive") }
        return entries
    }

    private static func kind(_ bytes: [UInt8]) -> String {
        bytes.prefix(512).allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            ? "text/plain; charset=utf-8" : "application/octet-stream"
    }

    private static func entries(in tar: [UInt8]) throws(ChartError) -> [ChartFile] {
        var files: [ChartFile] = []
        var position = 0
        var longName: String?
        while position + 512 <= tar.count {
            let header = tar[position..<(position + 512)]
            position += 512
            if header.allSatisfy({ $0 == 0 }) { break }
            guard let size = number(header, 124, 12), size >= 0, size <= tar.count - position else {
                throw ChartError("the archive is damaged: a header gives a size that the archive does not have")
            }
            guard number(header, 148, 8) == checksum(header) else {
                throw ChartError("the archive is damaged: a header's checksum does not match")
            }
            let data = tar[position..<(position + size)]
            position += (size + 511) / 512 * 512
            let type = header[header.startIndex + 156]
            switch type {
            case UInt8(ascii: "L"):
                longName = text(data)
                continue
            case UInt8(ascii: "x"):
                if let name = extendedPath(data) { longName = name }
                continue
            case UInt8(ascii: "g"): continue
            case UInt8(ascii: "0"), 0: break
            default:
                longName = nil
                continue
            }
            var name = longName ?? text(field(header, 0, 100))
            if longName == nil, field(header, 257, 5).elementsEqual("ustar".utf8) {
                let prefix = text(field(header, 345, 155))
                if !prefix.isEmpty { name = prefix + "/" + name }
            }
            longName = nil
            let path = try chartPath(name)
            guard data.count <= maximumFileBytes else {
                throw ChartError(
                    "decompressed chart file \(GoQuoting.quote(path)) is larger than the maximum file size \(maximumFileBytes)"
                )
            }
            guard files.count < maximumFiles else {
                throw ChartError("the archive holds more than \(maximumFiles) files")
            }
            files.append(ChartFile(path: path, bytes: Array(data)))
        }
        return files
    }

    /// The path within the chart: the archive's paths begin with the chart's directory.
    private static func chartPath(_ name: String) throws(ChartError) -> String {
        let separators: (Character) -> Bool = name.contains("\\") ? { $0 == "\\" || $0 == "/" } : { $0 == "/" }
        if name.hasPrefix("/") || name.hasPrefix("\\") {
            throw ChartError("chart illegally contains absolute paths")
        }
        var parts = name.split(whereSeparator: separators).filter { $0 != "." }
        guard parts.count > 1 else { throw ChartError("chart base directory missing: \(GoQuoting.quote(name))") }
        guard !parts.contains("..") else { throw ChartError("chart illegally references parent directory") }
        if parts[0].count == 2, parts[0].hasSuffix(":") { throw ChartError("chart contains illegally named files") }
        parts.removeFirst()
        return parts.joined(separator: "/")
    }

    private static func field(_ header: ArraySlice<UInt8>, _ offset: Int, _ length: Int) -> ArraySlice<UInt8> {
        header[(header.startIndex + offset)..<(header.startIndex + offset + length)]
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func number(_ header: ArraySlice<UInt8>, _ offset: Int, _ length: Int) -> Int? {
        let bytes = field(header, offset, length)
        if let first = bytes.first, first & 0x80 != 0 {
            var value = Int(first & 0x7F)
            for byte in bytes.dropFirst() {
                if value > Int.max >> 9 { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = bytes.drop { $0 == 0x20 || $0 == 0 }.prefix { (0x30...0x37).contains($0) }
        return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func checksum(_ header: ArraySlice<UInt8>) -> Int {
        var sum = 0
        for (offset, byte) in header.enumerated() { sum += (148..<156).contains(offset) ? 0x20 : Int(byte) }
        return sum
    }

    /// The `path` of a POSIX extended header.
    private static func extendedPath(_ data: ArraySlice<UInt8>) -> String? {
        var rest = data
        while let space = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
            length > 0, length <= rest.count
        {
            let record = rest[space..<(rest.startIndex + length)].dropFirst()
            if record.starts(with: Array("path=".utf8)) {
                return String(decoding: record.dropFirst(5).prefix { $0 != 0x0A }, as: UTF8.self)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return nil
    }
}
