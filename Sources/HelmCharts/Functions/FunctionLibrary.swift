/// The functions that templates can call, by name.
enum FunctionLibrary {
    /// Go's builtins, Sprig 3.3 without `env` and `expandenv`, and Helm's own: what charts may use.
    static let helm: FunctionTable = table(
        BuiltinFunctions.all + StringFunctions.all + NumberFunctions.all + ListFunctions.all + MapFunctions.all
            + EncodingFunctions.all + RegexFunctions.all + DateFunctions.all + TypeFunctions.all + PathFunctions.all
            + VersionFunctions.all + CryptoFunctions.all + PasswordFunctions.all + HelmFunctions.all)

    private static func table(_ functions: [TemplateFunction]) -> FunctionTable {
        var table: FunctionTable = [:]
        for function in functions { table[function.name] = function }
        return table
    }
}

extension TemplateFunction {
    /// The function under further names.
    func named(_ names: String...) -> [TemplateFunction] { [self] + names.map { renamed($0) } }
}
