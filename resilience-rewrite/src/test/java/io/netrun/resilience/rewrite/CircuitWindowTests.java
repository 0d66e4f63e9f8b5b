package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The time within which failures open a circuit of Spring Retry. */
class CircuitWindowTests {

    private static List<String> left(String arguments) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    import org.springframework.retry.annotation.CircuitBreaker;

                    class Calls {
                        @CircuitBreaker%s
                        public String call() {
                            return "";
                        }
                    }
                    """.formatted(arguments))
                .after(new FromSpringRetry(true))
                .left();
    }

    @Test
    void defaultShouldBeListed() {
        assertThat(left("")).singleElement().asString().contains("openTimeout of @CircuitBreaker: Not set, it is 5 s");
    }

    @Test
    void writtenTimeShouldBeListedOnce() {
        assertThat(left("(openTimeout = 3000)")).singleElement().asString().doesNotContain("Not set");
    }
}
