package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods that return futures, whose failures resilience4j treats in another way. */
class FutureBodyTests {

    private static final String RETRY = "@Retry(name = \"a\", fallbackMethod = \"back\")";

    private static final String THROWN = "There, what the method throws itself";

    private static final String RETURNED = "There, a Future that was returned is a success";

    private static List<String> left(String onClass, String onMethod, String type, String body) {
        return new Project()
                        .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                    import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
                    import io.github.resilience4j.retry.annotation.Retry;
                    import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
                    import java.util.concurrent.*;

                    %s
                    class Calls {
                        private int calls;

                        static <T> T fail(String message) {
                            throw new IllegalStateException(message);
                        }

                        %s
                        public %s pay(String id) {
                            %s
                        }

                        private %3$s back(String id, Throwable failure) {
                            return null;
                        }
                    }
                    """.formatted(onClass, onMethod, type, body))
                        .after(new FromResilience4j(true))
                        .left()
                        .stream()
                        .filter(row -> row.contains(" at Calls.pay: "))
                        .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throw new IllegalStateException();",
                "return fail(id);",
                "return CompletableFuture.completedFuture(client.pay(id));",
                "return CompletableFuture.completedFuture(\"a\" + client.pay(id));",
                "String paid = client.pay(id); return CompletableFuture.completedFuture(paid);",
                "if (id == null) { throw new IllegalArgumentException(); } return client.payAsync(id);",
            })
    void stageWhoseMethodMayThrowShouldBeListed(String body) {
        assertThat(left("", RETRY, "CompletableFuture<String>", body))
                .singleElement()
                .asString()
                .contains("@Retry at Calls.pay: " + THROWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return CompletableFuture.supplyAsync(() -> client.pay(id));",
                "return client.payAsync(id).thenApply(paid -> paid.trim());",
                "CompletableFuture<String> paid = client.payAsync(id); return paid.thenApply(String::trim);",
                "calls++; return CompletableFuture.completedFuture(id);",
                "log.info(id); return CompletableFuture.failedFuture(new IllegalStateException());",
            })
    void stageThatIsOnlyBuiltShouldNotBeListed(String body) {
        assertThat(left("", RETRY, "CompletableFuture<String>", body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "@Retry(name = \"a\") @CircuitBreaker(name = \"b\"), false",
        "@Retry(name = \"a\") @RateLimiter(name = \"b\"), false",
        "@Retry(name = \"a\") @Bulkhead(name = \"b\"), false",
        "@Retry(name = \"a\") @TimeLimiter(name = \"b\"), true",
        "'@TimeLimiter(name = \"b\", fallbackMethod = \"back\")', true",
        "@TimeLimiter(name = \"b\"), false",
        "'@CircuitBreaker(name = \"b\", fallbackMethod = \"back\")', false",
        "'@RateLimiter(name = \"b\", fallbackMethod = \"back\")', false",
    })
    void patternInsideShouldCatchWhatIsThrown(String annotations, boolean listed) {
        assertThat(left("", annotations, "CompletionStage<String>", "throw new IllegalStateException();"))
                .hasSize(listed ? 1 : 0);
    }

    @Test
    void circuitBreakerOfTheClassShouldCatchWhatIsThrown() {
        assertThat(left(
                        "@CircuitBreaker(name = \"b\")",
                        RETRY,
                        "CompletableFuture<String>",
                        "throw new IllegalStateException();"))
                .isEmpty();
    }

    @Test
    void methodOfARetriedClassShouldBeListed() {
        assertThat(left(RETRY, "", "CompletableFuture<String>", "throw new IllegalStateException();"))
                .singleElement()
                .asString()
                .contains(THROWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Retry", "CircuitBreaker", "RateLimiter", "Bulkhead"})
    void plainFutureShouldBeListed(String annotation) {
        assertThat(left("", "@" + annotation + "(name = \"a\")", "Future<String>", "return pool.submit(() -> id);"))
                .singleElement()
                .asString()
                .contains("@" + annotation + " at Calls.pay: " + RETURNED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return new AsyncResult<>(client.pay(id));",
                "return CompletableFuture.completedFuture(client.pay(id));",
                "throw new IllegalStateException();",
            })
    void plainFutureThatHasEndedShouldNotBeListed(String body) {
        assertThat(left("", "@CircuitBreaker(name = \"a\")", "Future<String>", body))
                .isEmpty();
    }

    @Test
    void plainFutureThatHasFailedShouldBeListed() {
        assertThat(left(
                        "",
                        RETRY,
                        "Future<String>",
                        "return CompletableFuture.failedFuture(new IllegalStateException());"))
                .singleElement()
                .asString()
                .contains("repeated up to max-attempts times, and the fallback replaces it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"String", "java.util.List<Future<String>>"})
    void methodThatReturnsItsResultShouldNotBeListed(String type) {
        assertThat(left("", RETRY, type, "throw new IllegalStateException();")).isEmpty();
    }
}
