package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Methods whose call ends before their work is done cannot be protected, and are not listed as if they were. */
class DeferredReturnTypeTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void methodThatDefersItsWorkShouldBeAProblem() {
        runner.withBean(Deferring.class).run(context -> {
            assertThat(context.getStartupFailure()).isInstanceOf(ResilienceConfigurationException.class);
            String message = String.valueOf(context.getStartupFailure().getMessage());
            assertThat(message)
                    .contains("callable is annotated with @Retry, but returns Callable, and its call would end before")
                    .contains("returns StreamingResponseBody, and")
                    .contains("returns SseEmitter, and")
                    .contains("returns Stream, and its call would end before the elements are fetched")
                    .contains("returns IntStream, and")
                    .contains("returns Iterator, and")
                    .contains("returns the type variable T, any future that its caller wants");
        });
    }

    @Test
    void classWithSuchMethodsShouldLeaveThemOut() {
        runner.withBean(Mixed.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(MethodPipelines.class).all())
                    .extracting(MethodPipeline::title)
                    .containsExactly(Mixed.class.getName() + ".list()");
            assertThat(context.getBean(Mixed.class).stream()).containsExactly("a");
        });
    }

    static class Deferring {

        @Retry
        public Callable<String> callable() {
            return () -> "";
        }

        @Retry
        public StreamingResponseBody body() {
            return out -> {};
        }

        @Retry
        public SseEmitter emitter() {
            return new SseEmitter();
        }

        @Retry
        public Stream<String> stream() {
            return Stream.of();
        }

        @Retry
        public IntStream numbers() {
            return IntStream.of();
        }

        @Retry
        public Iterator<String> iterator() {
            return List.<String>of().iterator();
        }

        @Retry
        @SuppressWarnings("TypeParameterUnusedInFormals") // that is what it is about
        public <T extends Future<?>> T any() {
            throw new UnsupportedOperationException();
        }
    }

    @Retry
    static class Mixed {

        public Stream<String> stream() {
            return Stream.of("a");
        }

        public List<String> list() {
            return List.of("a");
        }
    }
}
