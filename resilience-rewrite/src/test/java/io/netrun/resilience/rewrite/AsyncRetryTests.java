package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods whose asynchronous failures were not retried, and are now. */
class AsyncRetryTests {

    private static Project moved(String onClass, String onMethod, String type) {
        return new Project()
                .with("src/main/java/Calls.java", """
            import java.util.concurrent.*;
            import org.springframework.retry.annotation.Retryable;
            import reactor.core.publisher.*;

            %s
            class Calls {
                %s
                public %s pay() {
                    return null;
                }
            }
            """.formatted(onClass, onMethod, type))
                .after(new FromSpringRetry(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Future<String>",
                "CompletionStage<String>",
                "java.util.concurrent.CompletableFuture<String>",
                "Mono<String>",
                "Flux<java.util.List<String>>",
            })
    void asynchronousMethodShouldBeListed(String type) {
        assertThat(moved("", "@Retryable", type).left())
                .singleElement()
                .asString()
                .contains("@Retryable at Calls.pay: There, a ");
    }

    @Test
    void asynchronousMethodOfARetriedClassShouldBeListed() {
        assertThat(moved("@Retryable", "", "Future<String>").left())
                .singleElement()
                .asString()
                .contains("@Retryable at Calls.pay: There, a Future that fails");
    }

    @Test
    void methodThatReturnsItsResultShouldNotBeListed() {
        assertThat(moved("", "@Retryable", "java.util.List<Future<String>>").left())
                .isEmpty();
    }
}
