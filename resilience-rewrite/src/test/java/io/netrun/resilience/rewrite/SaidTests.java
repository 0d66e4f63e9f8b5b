package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.internal.InMemoryLargeSourceSet;

/** What changes its behaviour and cannot be translated is a leftover, never silent. */
class SaidTests {

    @Test
    void nameThatIsEvaluatedShouldBeListed() {
        assertThat(left(new FromResilience4j(true), """
            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

            class Prices {
                @CircuitBreaker(name = "#root.args[0]", fallbackMethod = "@other.price")
                public String price(String shop) {
                    return shop;
                }

                @CircuitBreaker(name = "${prices.name}")
                public String ask(String shop) {
                    return shop;
                }
            }
            """))
                .hasSize(2)
                .anySatisfy(row -> assertThat(row).startsWith("name = #root.args[0]: Names are not evaluated"))
                .anySatisfy(row -> assertThat(row)
                        .startsWith("fallbackMethod = @other.price: Names of methods are not evaluated"));
    }

    @Test
    void recoveryOfSeveralMethodsShouldBeListed() {
        assertThat(left(new FromSpringRetry(true), """
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable
                public String send(int size) {
                    return "";
                }

                @Retryable
                public String ask(String name) {
                    return "";
                }

                @Recover
                public String notAsked(Exception failure, String name) {
                    return "";
                }

                @Recover
                public String notSent(RuntimeException failure) {
                    return "";
                }
            }
            """))
                .singleElement()
                .asString()
                .startsWith("@Recover notSent: It recovers methods");
    }

    @Test
    void similarNameOfASectionShouldBeListed() {
        Project after = new Project()
                .with("src/main/java/Prices.java", """
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Prices {
                        @Retry(name = "slowRetry")
                        public void slow() {
                        }

                        @Retry(name = "both-ways")
                        public void both() {
                        }
                    }
                    """)
                .with("src/main/resources/application.yml", """
                    resilience4j.retry.instances:
                      slow-retry.maxAttempts: 2
                      both-ways.maxAttempts: 2
                      other.maxAttempts: 2
                    """)
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("resilience4j.retry.instances.slow-retry: The annotation has the name slowRetry.");
    }

    @Test
    void constantShouldBeTheNameOfAnInstance() {
        Project after = new Project()
                .with("src/main/java/Names.java", """
                    class Names {
                        static final String SLOW = "slow" + "Retry";
                        static final String WORK = "work";
                    }
                    """)
                .with("src/main/java/Prices.java", """
                    import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                    import io.github.resilience4j.retry.annotation.Retry;
                    import java.util.concurrent.CompletableFuture;

                    class Prices {
                        private static final String OWN = "#root.args[0]";

                        @Retry(name = Names.SLOW)
                        @Bulkhead(name = Names.WORK)
                        public void slow() {
                        }

                        @Bulkhead(name = Names.WORK, type = Bulkhead.Type.THREADPOOL)
                        public CompletableFuture<String> work() {
                            return null;
                        }

                        @Retry(name = OWN)
                        public void own(String name) {
                        }
                    }
                    """)
                .with("src/main/resources/application.yml", """
                    resilience4j.retry.instances.slow-retry.maxAttempts: 2
                    resilience4j.thread-pool-bulkhead.instances.work.maxThreadPoolSize: 4
                    """)
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/java/Prices.java"))
                .contains("@Bulkhead(name = Names.WORK)")
                .contains("@Bulkhead(name = \"work-pool\")");
        assertThat(after.files().get("src/main/resources/application.yml")).contains("work-pool:");
        assertThat(after.left())
                .anySatisfy(row -> assertThat(row).contains("slow-retry: The annotation has the name slowRetry."))
                .anySatisfy(row -> assertThat(row).contains("name = #root.args[0]: Names are not evaluated."));
    }

    private static List<String> left(Recipe recipe, String source) {
        ExecutionContext ctx = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        List<String> left = new ArrayList<>();
        recipe.run(
                        new InMemoryLargeSourceSet(
                                Stubs.parser().build().parse(ctx, source).toList()),
                        ctx)
                .getDataTables()
                .forEach((table, rows) -> {
                    if (table instanceof Leftovers) {
                        rows.forEach(row -> {
                            Leftovers.Row item = (Leftovers.Row) row;
                            left.add(item.what() + ": " + item.reason());
                        });
                    }
                });
        return left;
    }
}
