import PKI

/// Sprig's functions that hash and derive passwords.
enum PasswordFunctions {
    static let all: [TemplateFunction] = [
        TemplateFunction("bcrypt", [.string]) { execution, arguments in
            .string(hashed(arguments.bytes(0), execution))
        },
        TemplateFunction("htpasswd", [.string, .string]) { execution, arguments in
            if arguments.string(0).contains(":") { return .string("invalid username: \(arguments.string(0))") }
            return .string(arguments.string(0) + ":" + hashed(arguments.bytes(1), execution))
        },
        TemplateFunction("derivePassword", [.uint32, .string, .string, .string, .string]) {
            _, arguments throws(GoError) in
            let counter = UInt32(truncatingIfNeeded: NumberFunctions.integer(arguments[0]))
            return .string(
                try derived(
                    counter, arguments.string(1), password: arguments.bytes(2), user: arguments.bytes(3),
                    site: arguments.bytes(4)))
        },
    ]

    private static func hashed(_ password: [UInt8], _ execution: TemplateExecution) -> String {
        var salt: [UInt8] = []
        for _ in 0..<2 {
            let random = execution.environment.random()
            salt += (0..<8).map { UInt8(truncatingIfNeeded: random >> UInt64(8 * $0)) }
        }
        guard password.count <= 72 else {
            return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
        }
        return Bcrypt.hash(password, salt: salt, cost: 10)
    }

    // MARK: The Master Password algorithm

    private static let templates: [String: [String]] = [
        "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long": [
            "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
            "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
            "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
        ],
        "medium": ["CvcnoCvc", "CvcCvcno"], "short": ["Cvcn"], "basic": ["aaanaaan", "aannaaan", "aaannaaa"],
        "pin": ["nnnn"],
    ]

    private static let characters: [Character: String] = [
        "V": "AEIOU", "C": "BCDFGHJKLMNPQRSTVWXYZ", "v": "aeiou", "c": "bcdfghjklmnpqrstvwxyz",
        "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ", "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        "n": "0123456789",
        "o": "@&%?,=[]_:-+*$#!'^~;()/.",
        "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    ]

    private static func derived(
        _ counter: UInt32, _ type: String, password: [UInt8], user: [UInt8], site: [UInt8]
    ) throws(GoError) -> String {
        guard let choices = templates[type] else { return "cannot find password template \(type)" }
        let scope = Array("com.lyndir.masterpassword".utf8)
        func bigEndian(_ value: Int) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        let key: [UInt8]
        do {
            key = try KeyDerivation.scrypt(
                password: password, salt: scope + bigEndian(user.count) + user, cost: 32_768, blockSize: 8,
                parallelism: 2,
                length: 64)
        } catch {
            throw GoError("failed to derive password: \(error.message)")
        }
        let seed = Digest.authenticationCode(
            scope + bigEndian(site.count) + site + bigEndian(Int(counter)), key: key, .sha256)
        let template = choices[Int(seed[0]) % choices.count]
        var text = ""
        for (index, kind) in template.enumerated() {
            let alphabet = Array(characters[kind] ?? "")
            text.append(alphabet[Int(seed[index + 1]) % alphabet.count])
        }
        return text
    }
}
