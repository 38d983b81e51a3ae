// swift-tools-version: 6.1
import PackageDescription

// One language mode and one set of checks for every target.
let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")

/// A library target: one concept, depending only on what lies below it.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: swiftSettings)
}

/// A library whose `Resources` travel inside the executable, which works wherever it is copied to.
func page(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"],
    resources: [.embedInCode("Resources")], swiftSettings: swiftSettings)
}

/// A command: options, a library call, a summary.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["Filters", argumentParser] + dependencies,
    swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: swiftSettings)
}

let package = Package(
  name: "srar",
  products: [
    // Finding and comparing answers is of use to others, too.
    .library(name: "Answers", targets: ["Answers"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
  ],
  targets: [
    // The only C and C++: module maps, shims and vector kernels.
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CKernels"),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),

    // Foundations.
    library("Diagnostics"),
    library("RandomStreams"),
    library("JSONLines", ["CSimdjson", "CZstd", "Diagnostics"]),
    library("HTTPClient", ["CCurl", "Diagnostics"]),
    library("Fingerprints"),
    library("Secrets", ["JSONLines"]),
    library(
      "ModelServers", ["Diagnostics", "HTTPClient", "JSONLines", "RandomStreams", "Secrets"]),
    library("ChatCompletions", ["Diagnostics", "JSONLines", "ModelServers"]),
    library(
      "Records",
      ["Diagnostics", "Fingerprints", "JSONLines", "RandomStreams", "Rubrics", "Steps"]),
    library("Filters", ["Diagnostics", "JSONLines", "Records", "Secrets", argumentParser]),

    // The method.
    library("Rubrics"),
    library("Thoughts"),
    library("Steps", ["Thoughts"]),
    library("Arithmetic", [bigInt]),
    library("Algebra", ["Arithmetic", bigInt]),
    library("Answers", ["Algebra", "Arithmetic", "Thoughts", bigInt]),
    library(
      "Judging",
      [
        "Answers", "Arithmetic", "ChatCompletions", "Diagnostics", "Fingerprints", "JSONLines",
        "ModelServers", "Records", "Rubrics", "Steps", "Thoughts",
      ]),
    library(
      "Inquiries",
      [
        "ChatCompletions", "Diagnostics", "Filters", "HTTPClient", "JSONLines", "Judging",
        "ModelServers", "Records", argumentParser,
      ]),
    library("Rewards", ["Answers", "Rubrics", "Steps", "Thoughts"]),
    library("Advantages", ["Records"]),
    library(
      "Evaluation",
      ["Answers", "Diagnostics", "JSONLines", "Judging", "RandomStreams", "Records"]),
    library("TensorBoard"),
    library("WordProblems", ["RandomStreams", "Rubrics"]),
    library("ProblemSources", ["Diagnostics", "JSONLines", "Records", "Rubrics"]),
    library(
      "Reporting",
      [
        "Advantages", "Diagnostics", "Fingerprints", "JSONLines", "Judging", "Records", "Rubrics",
        "Steps",
      ]),
    library("Experiments", ["Diagnostics", "Reporting"]),
    page(
      "ReportPage",
      [
        "Diagnostics", "Fingerprints", "JSONLines", "Judging", "RandomStreams", "Records",
        "Reporting", "Rubrics", "Steps",
      ]),

    // The engine.
    library("Checkpoints", ["Diagnostics", "JSONLines"]),
    library("ChatTemplates"),
    library("Tokenizers", ["ChatTemplates", "Diagnostics", "JSONLines"]),
    library("Prompts", ["ChatTemplates", "Diagnostics", "JSONLines", "Records", "Tokenizers"]),
    library("Kernels", ["CKernels", "Diagnostics"]),
    library("Transformer", ["Checkpoints", "Diagnostics", "Kernels", "RandomStreams"]),
    library(
      "PolicyGradient", ["Checkpoints", "Diagnostics", "Kernels", "RandomStreams", "Transformer"]),

    // The engines of others.
    library(
      "RemoteSampling",
      [
        "Diagnostics", "HTTPClient", "JSONLines", "ModelServers", "Records", "Steps", "Thoughts",
        "Tokenizers",
      ]),

    // The commands.
    tool(
      "srar-prep",
      [
        "Diagnostics", "Inquiries", "JSONLines", "Judging", "ProblemSources", "RandomStreams",
        "Records", "Rewards", "Rubrics", "WordProblems",
      ]),
    tool(
      "srar-rollout",
      [
        "Checkpoints", "Diagnostics", "Fingerprints", "HTTPClient", "Inquiries", "JSONLines",
        "Kernels", "ModelServers", "Prompts", "RandomStreams", "Records", "RemoteSampling", "Steps",
        "Tokenizers", "Transformer",
      ]),
    tool(
      "srar-judge",
      [
        "Diagnostics", "HTTPClient", "Inquiries", "Judging", "JSONLines", "Records", "Rubrics",
        "Steps",
      ]),
    tool(
      "srar-reward",
      [
        "Advantages", "Answers", "Diagnostics", "Records", "Rewards", "Rubrics", "Steps",
        "Thoughts",
      ]),
    tool("srar-advantage", ["Advantages", "Diagnostics", "Records", "Steps"]),
    tool(
      "srar-update",
      [
        "Checkpoints", "Diagnostics", "Kernels", "PolicyGradient", "Prompts", "RandomStreams",
        "Records", "Rewards", "Tokenizers", "Transformer",
      ]),
    tool(
      "srar-report",
      [
        "Diagnostics", "Evaluation", "Experiments", "JSONLines", "Judging", "Records", "ReportPage",
        "Reporting", "TensorBoard",
      ]),

    // What `make bench` measures with.
    tool(
      "srar-bench",
      [
        "Answers", "Checkpoints", "Diagnostics", "JSONLines", "Kernels", "PolicyGradient",
        "RandomStreams", "Records", "Rubrics", "Steps", "Tokenizers", "Transformer",
      ]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["JSONLines"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("JSONLinesTests", ["CZstd", "Diagnostics", "JSONLines", "RandomStreams"]),
    tests(
      "RecordsTests",
      ["Diagnostics", "JSONLines", "RandomStreams", "Records", "Rubrics", "Steps"]),
    tests("FiltersTests", ["Filters"]),
    tests("RubricsTests", ["Diagnostics", "Rubrics"]),
    tests("ThoughtsTests", ["Thoughts"]),
    tests("StepsTests", ["RandomStreams", "Steps"]),
    tests("ArithmeticTests", ["Arithmetic", "RandomStreams", bigInt]),
    tests("AnswersTests", ["Answers", "JSONLines", "RandomStreams"]),
    tests(
      "JudgingTests",
      [
        "Arithmetic", "Diagnostics", "JSONLines", "Judging", "ModelServers", "RandomStreams",
        "Records", "Rubrics", "Steps",
      ]),
    tests("HTTPClientTests", ["HTTPClient"]),
    tests("SecretsTests", ["JSONLines", "Secrets"]),
    tests("ModelServersTests", ["ChatCompletions", "HTTPClient", "ModelServers"]),
    tests(
      "ChatCompletionsTests",
      ["ChatCompletions", "Diagnostics", "JSONLines", "ModelServers"]),
    tests(
      "RemoteSamplingTests",
      [
        "Diagnostics", "JSONLines", "ModelServers", "RandomStreams", "Records", "RemoteSampling",
        "Steps", "Tokenizers",
      ]),
    tests("PromptsTests", ["Diagnostics", "JSONLines", "Prompts", "Records", "Tokenizers"]),
    tests("FingerprintsTests", ["Fingerprints"]),
    tests("RewardsTests", ["Answers", "Rewards", "Rubrics", "Steps"]),
    tests("AdvantagesTests", ["Advantages", "RandomStreams"]),
    tests(
      "WordProblemsTests",
      ["Arithmetic", "Judging", "RandomStreams", "Rubrics", "Steps", "WordProblems"]),
    tests(
      "ProblemSourcesTests", ["Diagnostics", "JSONLines", "ProblemSources", "Records", "Rubrics"]),
    tests(
      "ReportingTests",
      ["Advantages", "Fingerprints", "Judging", "Records", "ReportPage", "Reporting", "Steps"]),
    tests("ExperimentsTests", ["Experiments"]),
    tests("EvaluationTests", ["Answers", "Evaluation", "RandomStreams"]),
    tests("TensorBoardTests", ["TensorBoard"]),
    tests("CheckpointsTests", ["Checkpoints", "Diagnostics"]),
    tests("ChatTemplatesTests", ["ChatTemplates", "Fingerprints"]),
    tests("TokenizersTests", ["Diagnostics", "Fingerprints", "JSONLines", "Tokenizers"]),
    tests(
      "TransformerTests",
      ["Checkpoints", "Diagnostics", "Kernels", "RandomStreams", "Tokenizers", "Transformer"]),
    tests(
      "PolicyGradientTests",
      ["Checkpoints", "Diagnostics", "Kernels", "PolicyGradient", "RandomStreams", "Transformer"]),
    tests(
      "CommandTests",
      [
        "CZstd", "JSONLines", "Kernels", "RandomStreams", "Steps", "srar-advantage", "srar-judge",
        "srar-prep", "srar-report", "srar-reward", "srar-rollout", "srar-update",
      ]),
  ]
)
