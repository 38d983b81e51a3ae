import Foundation
import TestSupport
import Testing

#if os(Linux)
  private let tellsMemory = true
#else
  private let tellsMemory = false
#endif

/// Memory that a process may not take: what needs it is refused in one sentence, before it begins.
@Suite("Memory limits on the command line", .enabled(if: tellsMemory))
struct MemoryLimitTests {
  @Test(
    "an update, a warm start and sampling under a limit say what they need, what is left, and what to do"
  )
  func refusals() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-rollout --quiet --policy policy -n 2 --max-response-tokens 12 prompts.jsonl.zst \
        | srar-judge --quiet | srar-reward --quiet --allow-no-effect \
        | srar-advantage --quiet --allow-no-effect --dense --output advantages
      srar-update init --quiet --text train.jsonl.zst --layers 2 --hidden 512 --vocabulary 300 --output large
      set +e
      limited() { (ulimit -v 200000; "$@"); echo $?; }
      limited srar-update advantages --policy large --output next 2> update.txt
      limited srar-update sft train.jsonl.zst --policy large --output next 2> sft.txt
      limited srar-rollout --plain --policy large prompts.jsonl.zst 2> rollout.txt
      [ ! -e next ] && cat update.txt sft.txt rollout.txt
      """)
    let lines = result.text.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(result.text)\(result.errorText)")
    #expect(lines[..<3].allSatisfy { $0 == "64" }, "\(lines)")
    let training =
      #/srar-update.*: training this policy with \d+ tokens at a time needs \d+M of memory, but \d+M are left to this process by its limit on virtual memory \('ulimit -v'\); .+/#
    #expect(lines[3].wholeMatch(of: training) != nil, "\(lines[3])")
    #expect(lines[4].wholeMatch(of: training) != nil, "\(lines[4])")
    #expect(
      lines[5].wholeMatch(
        of:
          #/srar-rollout: sampling from this policy needs more than \d+M of memory, but \d+M are left for it to this process by its limit on virtual memory \('ulimit -v'\); .+/#
      ) != nil, "\(lines[5])")
  }

  @Test("what fits under a limit runs under it, to the same bytes")
  func fits() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      sample() { srar-rollout --quiet --plain --policy policy -n 2 --memory 2G --max-response-tokens 12 prompts.jsonl.zst; }
      sample > free
      (ulimit -v 800000; sample > limited)
      cmp free limited
      srar-update sft --quiet train.jsonl.zst --policy policy --output free-policy
      (ulimit -v 800000; srar-update sft --quiet train.jsonl.zst --policy policy --output limited-policy)
      diff -r free-policy limited-policy
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test(
    "whatever the limit, a tool works or says in one sentence that it cannot",
    arguments: [
      "srar-judge r --output out -q --allow-no-effect",
      "srar-rollout --policy policy -n 2 --max-response-tokens 12 prompts.jsonl.zst -q --output out",
      "srar-update a --policy policy --output next -q",
      "srar-update sft train.jsonl.zst --policy policy --output next -q",
    ])
  func anyLimit(command: String) throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-rollout --quiet --policy policy -n 2 --max-response-tokens 12 prompts.jsonl.zst --output r
      srar-judge -q r --allow-no-effect | srar-reward -q --allow-no-effect \
        | srar-advantage -q --allow-no-effect --dense --output a
      set +e
      for limit in $(seq 100000 3000 130000) $(seq 140000 20000 360000); do
        (ulimit -v $limit; timeout 60 \(command) 2> said)
        echo "$limit $? $(wc -l < said) $(cat said)"
      done
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    #expect(lines.count == 23, "\(result.text)")
    for line in lines {
      #expect(line.contains(#/^\d+ (0 0 |(64|69) 1 srar-)/#), "\(line)")
    }
    #expect(lines.last?.contains(" 0 0") == true, "\(lines)")
  }

  @Test("a stream whose window the process may not hold is not called damaged")
  func zstdWindow() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      zstdcat prompts.jsonl.zst | zstd -q --long=27 > wide
      zstdcat prompts.jsonl.zst | zstd -q --ultra --long=28 > wider
      srar-prep lint wide > lint; echo $?
      (ulimit -v 180000; srar-prep lint wide > lint); echo $?
      srar-prep lint wider > lint; echo $?
      """)
    #expect(result.text == "0\n69\n65\n", "\(result.text)\(result.errorText)")
    #expect(
      result.errorText.contains("wide: there is not enough memory to decompress the stream"),
      "\(result.errorText)")
    #expect(
      result.errorText.contains("wider: the zstd stream needs a window of more than 128 MiB"),
      "\(result.errorText)")
  }

  @Test("a new policy whose weights the process may not hold is refused")
  func newPolicy() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      ulimit -v 300000
      srar-update init --text train.jsonl.zst --layers 2 --hidden 2048 --vocabulary 300 --output large
      """)
    #expect(result.status == 64)
    #expect(
      result.errorText.contains("the weights of this policy need 4"), "\(result.errorText)")
  }

  @Test(
    "an update that the system refuses further threads works with those that it has, to the same bytes",
    .enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"))
  )
  func fewThreads() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-update sft --quiet train.jsonl.zst --policy policy --output free --threads 12
      chmod -R a+rwX .
      # The limit counts a user's threads and does not bind root.
      as=(setpriv --reuid=$((1000000 + $$)) --regid=1000000 --clear-groups prlimit --nproc=6)
      # It may be kept from the folder that srar was built in.
      "${as[@]}" test -x "$(which srar-update)" || exit 0
      "${as[@]}" timeout 60 $(which srar-update) sft --quiet train.jsonl.zst --policy policy --output few --threads 12
      diff -r free few
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("a tool that the system gives no thread says so, and does not wait for one")
  func noThreads() throws {
    let run = try TinyRun()
    // A stack of its own for each thread that is larger than what is left of the limit.
    let result = try run.shell(
      """
      ulimit -s 1000000; ulimit -v 500000
      timeout 20 srar-rollout --policy policy prompts.jsonl.zst
      """)
    #expect(result.status == 69, "\(result.errorText)")
    #expect(result.errorText.contains("the system refuses a thread"), "\(result.errorText)")
  }
}
