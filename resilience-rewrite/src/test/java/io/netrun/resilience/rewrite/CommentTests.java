package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Comments of YAML stay at the settings that they are about. */
class CommentTests {

    @Test
    void commentBehindAKeyOrValueShouldStayThere() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances: # all of them
                  a: # the first
                    # how often
                    maxAttempts: 4 # four
                    waitDuration: 1s
                  b: # the second
                    maxAttempts: 5
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances: # all of them
                      a: # the first
                        # how often
                        max-attempts: 4 # four
                        base-delay: 1s
                      b: # the second
                        max-attempts: 5
                """);
    }

    @Test
    void commentAtTheEndOfABlockShouldNotBeAtTheNext() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances:
                  a:
                    maxAttempts: 4
                    # waitDuration: 1s
                  # before b
                  b:
                    maxAttempts: 5
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        # waitDuration: 1s
                        max-attempts: 4
                      # before b
                      b:
                        max-attempts: 5
                """);
    }

    @Test
    void commentOfAnotherSectionShouldStayThere() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances:
                  a:
                    maxAttempts: 4
                  # the end
                server: # ours
                  port: 0 # any
                # last
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4
                  # the end
                server: # ours
                  port: 0 # any
                # last
                """);
    }

    @Test
    void commentBehindTheLastSettingShouldNotBeDoubled() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances.a:
                  maxAttempts: 4 # four
                # the end
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4 # four
                # the end
                """);
    }

    @Test
    void commentOfEachDottedSettingShouldStay() {
        assertThat(Shapes.moved("""
                # retries
                resilience4j.retry.instances.a.maxAttempts: 4
                # of b
                resilience4j.retry.instances.b.maxAttempts: 5
                """, false)).isEqualTo("""
                # retries
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4
                      b:
                        # of b
                        max-attempts: 5
                """);
    }

    @Test
    void commentOfASettingThatBecomesSeveralShouldBeThereOnce() {
        assertThat(Shapes.moved("""
                resilience4j.circuitbreaker.instances.a:
                  # three
                  permittedNumberOfCallsInHalfOpenState: 3
                """, false)).isEqualTo("""
                resilience:
                  circuit-breaker:
                    instances:
                      a:
                        # three
                        success-threshold: 3
                        half-open-max-calls: 3
                """);
    }

    @Test
    void commentsOfAListShouldBeAtItsSetting() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances.a:
                  retryExceptions: # these
                    - java.io.IOException # network
                    # and this
                    - java.lang.IllegalStateException
                  maxAttempts: 4
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        # these
                        # network
                        # and this
                        exceptions:
                          - java.io.IOException
                          - java.lang.IllegalStateException
                        max-attempts: 4
                """);
    }

    @Test
    void commentOfAnAnchorShouldStayWithTheAnchor() {
        assertThat(Shapes.moved("""
                shared: &shared
                  waitDuration: 1s # slow
                  maxAttempts: 4 # four
                resilience4j.retry.instances:
                  a: *shared
                  b:
                    <<: *shared
                    maxAttempts: 5
                copied: *shared
                """, false)).isEqualTo("""
                shared: &shared
                  waitDuration: 1s # slow
                  maxAttempts: 4 # four
                resilience:
                  retry:
                    instances:
                      a:
                        base-delay: 1s
                        max-attempts: 4
                      b:
                        base-delay: 1s
                        max-attempts: 5
                copied: *shared
                """);
    }

    @Test
    void commentOfASectionShouldBeAboveTheSection() {
        assertThat(Shapes.moved("""
                # of retries
                resilience4j.retry:
                  instances:
                    a:
                      maxAttempts: 4
                      # retryExceptions:
                #       - java.io.IOException

                # of limits,
                #   in two lines
                resilience4j.ratelimiter:
                  instances:
                    a:
                      registerHealthIndicator: true # gone
                      limitForPeriod: 3
                """, false)).isEqualTo("""
                resilience:
                  # of retries
                  retry:
                    instances:
                      a:
                        # retryExceptions:
                        #       - java.io.IOException
                        max-attempts: 4

                  # of limits,
                  #   in two lines
                  rate-limiter:
                    instances:
                      a:
                        limit: 3
                """);
    }

    @Test
    void commentOfANestedSectionShouldBeAboveTheSection() {
        assertThat(Shapes.moved("""
                resilience4j:
                  # of retries
                  retry:
                    instances:
                      a:
                        registerHealthIndicator: true
                        maxAttempts: 4
                """, false)).isEqualTo("""
                resilience:
                  # of retries
                  retry:
                    instances:
                      a:
                        max-attempts: 4
                """);
    }

    @Test
    void blankLinesBetweenSettingsShouldStay() {
        assertThat(Shapes.moved("""
                resilience4j:

                  retry:
                    instances:
                      a:
                        maxAttempts: 4

                        # slow
                        waitDuration: 1s

                      b:
                        maxAttempts: 5
                  ratelimiter:
                    instances:

                      a:
                        limitForPeriod: 3
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4

                        # slow
                        base-delay: 1s

                      b:
                        max-attempts: 5

                  rate-limiter:
                    instances:
                      a:
                        limit: 3
                """);
    }

    @Test
    void indentationWithinCommentsShouldStay() {
        assertThat(Shapes.moved("""
                resilience4j.retry.instances.a:
                  # Attempts:
                  #   - 1 first
                  #no space
                  maxAttempts: 4
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        # Attempts:
                        #   - 1 first
                        # no space
                        max-attempts: 4
                """);
    }

    @Test
    void commentOfTheFileShouldStayAboveTheFirstSection() {
        assertThat(Shapes.moved("""
                # of the file

                # of retries
                resilience4j.retry:
                  instances:
                    a:
                      maxAttempts: 4
                """, false)).isEqualTo("""
                # of the file

                resilience:
                  # of retries
                  retry:
                    instances:
                      a:
                        max-attempts: 4
                """);
    }

    @Test
    void commentOfTheFirstSectionShouldNotStayBehindOthers() {
        assertThat(Shapes.moved("""
                server:
                  port: 0 # any

                # of retries
                resilience4j.retry.instances:
                  a:
                    maxAttempts: 4
                """, false)).isEqualTo("""
                server:
                  port: 0 # any

                resilience:
                  retry:
                    # of retries
                    instances:
                      a:
                        max-attempts: 4
                """);
    }

    @Test
    void commentOfAFirstSectionThatIsNotWrittenShouldStay() {
        assertThat(Shapes.moved("""
                # of all
                resilience4j.circuitbreaker:
                  instances:
                    a:
                      registerHealthIndicator: true
                resilience4j.retry.instances.a.maxAttempts: 4
                """, false)).isEqualTo("""
                # of all
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4
                """);
    }

    @Test
    void commentOfTheDefaultsShouldBeAboveThem() {
        assertThat(Shapes.moved("""
                resilience4j.retry:
                  configs:
                    # for all
                    default: # really
                      maxAttempts: 4
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    # for all
                    defaults: # really
                      max-attempts: 4
                """);
    }

    private static final String OF_A = """
            resilience4j.bulkhead.instances:
              # of a
              a: # stricter
                maxWaitDuration: 1s # how long""";

    private static final String OF_A_HERE = """
            resilience:
              bulkhead:
                instances:
                  # of a
                  a: # stricter
                    max-wait: 1s # how long
                    max-queue: 1000000""";

    @ParameterizedTest
    @CsvSource({"''", "'\n'", "'\n# the end\n'", "'\nserver:\n  port: 0 # any\n'", "'\nserver:\n  port: 0 # any'"})
    void commentsOfSettingsThatStayShouldStay(String end) {
        String kept = OF_A + end.replaceAll("\n(# the end\n)?$", "");
        Project after = new Project()
                .with(
                        "src/main/java/Code.java",
                        "class Code { io.github.resilience4j.bulkhead.BulkheadRegistry all; }\n")
                .with("src/main/java/Calls.java", """
                    class Calls {
                        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "a")
                        public void call() {
                        }
                    }
                    """)
                .with("src/main/resources/application.yml", OF_A + end)
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/resources/application.yml"))
                .startsWith(kept + "\n\n" + OF_A_HERE)
                .hasSize(kept.length() + 2 + OF_A_HERE.length() + OF_A.length() + end.length() - kept.length());
    }

    @Test
    void commentBehindSettingsHereShouldStayWhereSettingsAreAdded() {
        assertThat(Shapes.moved("""
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4 # four
                resilience4j.retry.instances:
                  b:
                    maxAttempts: 5 # five
                """, false)).isEqualTo("""
                resilience:
                  retry:
                    instances:
                      a:
                        max-attempts: 4 # four
                      b:
                        max-attempts: 5 # five
                """);
    }
}
