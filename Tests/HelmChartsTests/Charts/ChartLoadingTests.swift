import Foundation
import HelmCharts
import KubeCore
import Testing

@Suite("Chart loading")
struct ChartLoadingTests {
    /// A tar archive in gzip's stored form.
    private func archive(_ files: [(String, String)]) -> [UInt8] {
        var tar: [UInt8] = []
        for (name, text) in files {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ offset: Int) {
                header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
            }
            put(name, 0)
            put("0000644", 100)
            put(
                String(repeating: "0", count: 11 - String(text.utf8.count, radix: 8).count)
                    + String(text.utf8.count, radix: 8), 124)
            put("        ", 148)
            put("0", 156)
            put("ustar", 257)
            let sum = header.reduce(0) { $0 + Int($1) }
            put(String(repeating: "0", count: 6 - String(sum, radix: 8).count) + String(sum, radix: 8) + "\0 ", 148)
            tar += header + Array(text.utf8) + [UInt8](repeating: 0, count: (512 - text.utf8.count % 512) % 512)
        }
        tar += [UInt8](repeating: 0, count: 1024)
        var gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let length = tar.count
        gzip += [1, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8 & 255)] + tar
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in tar {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
        }
        crc ^= 0xFFFF_FFFF
        for shift in [0, 8, 16, 24] { gzip.append(UInt8(crc >> UInt32(shift) & 255)) }
        return gzip + [0, 0, 0, 0]
    }

    @Test("an archive, its files and its directory are one chart with one digest")
    func forms() throws {
        let files = [
            ("Chart.yaml", ChartFixtures.metadata), ("templates/a.yaml", "{{ .Files.Get \"f.txt\" }}"),
            ("f.txt", "file"),
        ]
        let packed = try Chart.load(archive: archive(files.map { ("t/" + $0.0, $0.1) }))
        let memory = try Chart.load(files: Dictionary(uniqueKeysWithValues: files.map { ($0.0, Array($0.1.utf8)) }))
        #expect(packed.digest == memory.digest)
        #expect((packed.name, packed.version, packed.appVersion) == ("t", "0.1.0", "1.2.3"))
        #expect(try ChartFixtures.render(packed).files.map(\.text) == ["file"])
        let changed = try ChartFixtures.chart(["templates/a.yaml": "x"])
        #expect(changed.digest != memory.digest)
    }

    @Test(
        "archives that would escape or surprise are refused",
        arguments: ["/etc/passwd", "t/../../x", "Chart.yaml", "C:/x/y"])
    func escapes(name: String) {
        #expect(throws: ChartError.self) {
            try Chart.load(archive: archive([("t/Chart.yaml", ChartFixtures.metadata), (name, "x")]))
        }
    }

    @Test("damaged archives are refused, never crash")
    func damage() throws {
        let good = archive([("t/Chart.yaml", ChartFixtures.metadata), ("t/templates/a.yaml", "x")])
        var generator = Randomness(state: 5)
        for _ in 0..<300 {
            var bad = good
            for _ in 0..<3 {
                bad[Int.random(in: 0..<bad.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? Chart.load(archive: Array(bad.prefix(Int.random(in: 0...bad.count, using: &generator))))
        }
        #expect(throws: ChartError.self) { try Chart.load(archive: [1, 2, 3]) }
    }

    @Test("real gzip, with its Huffman codes, decompresses")
    func realGzip() throws {
        // `printf 'hello hello hello hello' | gzip -n`, which uses a back reference: no tar, so the chart is refused for that.
        let gzip: [UInt8] = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x00, 0x4a, 0x35,
            0x5a, 0xe3,
            0x17, 0, 0, 0,
        ]
        let error = #expect(throws: ChartError.self) { try Chart.load(archive: gzip) }
        #expect(error?.message.contains("checksum") == true || error?.message == "no files in chart archive")
    }

    @Test(".helmignore and links are obeyed in directories")
    func directory() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "chart-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in [
            ("Chart.yaml", ChartFixtures.metadata), (".helmignore", "*.bak\nsecret/\n"), ("x.bak", "1"),
            ("secret/k", "1"),
            ("d/keep", "1"), ("templates/a.yaml", "{{ range $p, $_ := .Files.Glob \"**\" }}{{ $p }};{{ end }}"),
        ] {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try ChartFixtures.render(Chart.load(directory: root.path)).files.map(\.text) == [".helmignore;d/keep;"])
        try FileManager.default.createSymbolicLink(atPath: root.path + "/out", withDestinationPath: "/etc")
        #expect(throws: ChartError.self) { try Chart.load(directory: root.path) }
    }

    @Test(
        "Chart.yaml is checked",
        arguments: [
            ("version: 1.0.0", "validation: chart.metadata.name is required"),
            ("name: x\nversion: nope", "validation: chart.metadata.version \"nope\" is invalid"),
            ("name: x", "validation: chart.metadata.version is required"),
        ])
    func metadata(text: String, expected: String) {
        let error = #expect(throws: ChartError.self) { try ChartFixtures.chart(["Chart.yaml": text]) }
        #expect(error?.message == expected)
    }
}
