import ArgumentParser
import Filters

/// `srar-bench`: what `make bench` measures with. Not installed with the tools.
@main
struct BenchCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-bench",
    abstract: "Make streams to measure with, and run the parts that are measured.",
    discussion: """
      EXAMPLES
        srar-bench generate --megabytes 10 --output stream.jsonl.zst
        srar-bench splice stream.jsonl.zst --output spliced.jsonl.zst
      """,
    version: Version.text(),
    subcommands: [
      GenerateCommand.self, SpliceCommand.self, ServeCommand.self, AnswersCommand.self,
      EngineCommand.self, ProductsCommand.self, FuzzCommand.self, FuzzModelsCommand.self,
    ])
}
