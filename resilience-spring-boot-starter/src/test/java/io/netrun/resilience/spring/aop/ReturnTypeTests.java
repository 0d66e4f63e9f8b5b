package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.context.request.async.DeferredResult;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a protected method may return besides futures and publishers, and what it may not. */
class ReturnTypeTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    @Test
    void optionalShouldPassAsItIs() {
        runner.withBean(Drawer.class).run(context -> {
            Drawer drawer = context.getBean(Drawer.class);
            assertThat(drawer.spoon()).isEmpty();
            assertThat(drawer.fork()).hasValue("plastic fork");
        });
    }

    @Test
    void methodWithoutAResultShouldBeCalledAgain() {
        runner.withBean(Drawer.class).run(context -> {
            Drawer drawer = context.getBean(Drawer.class);
            drawer.pulls().set(-2);
            drawer.pull();
            assertThat(drawer.pulls()).hasValue(1);
            drawer.pulls().set(-3);
            assertThatThrownBy(drawer::pull).isInstanceOf(RetryExhaustedException.class);
        });
    }

    @Test
    void methodWithoutAResultMayHaveAFallbackWithOne() {
        runner.withBean(Drawer.class).run(context -> {
            Drawer drawer = context.getBean(Drawer.class);
            drawer.open();
            assertThat(drawer.pulls()).hasValue(100);
        });
    }

    @Test
    void reactiveMethodWhenReactorIsMissingShouldStopTheStart() {
        runner.withClassLoader(new FilteredClassLoader(Mono.class, Flux.class))
                .withBean(Streaming.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(
                                "Streaming.single is annotated with @Retry, but returns Single, and Reactor,"
                                        + " which is required to protect it, is missing")
                        .hasMessageContaining("Streaming.flow is annotated with @Retry, but returns Publisher")
                        .hasMessageContaining("Add the library io.projectreactor:reactor-core"));
    }

    @Test
    void methodWithAnUnsupportedReturnTypeShouldFailStartup() {
        runner.withBean(Special.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Special.stream is annotated with @Retry, but returns ConnectableFlux")
                        .hasMessageContaining("Return Flux, or remove the annotation")
                        .hasMessageContaining("Special.task is annotated with @Retry, but returns FutureTask")
                        .hasMessageContaining("Return CompletableFuture, CompletionStage or Future"));
    }

    @Test
    void methodThatEndsInAnUnknownWayShouldStopTheStart() {
        runner.withBean(Servlet.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Servlet.later is annotated with @Retry, but returns DeferredResult")
                        .hasMessageContaining("Return a CompletableFuture"));
    }

    @Test
    void fallbackMethodThatReturnsTheValueOfAMonoShouldStopTheStart() {
        runner.withBean(Unfit.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("finds no matching method")
                        .hasMessageContaining("and return Mono"));
    }

    static class Drawer {

        private final AtomicInteger pulls = new AtomicInteger();

        AtomicInteger pulls() {
            return pulls;
        }

        @Retry
        public Optional<String> spoon() {
            return Optional.empty();
        }

        @Fallback(method = "plasticFork")
        public Optional<String> fork() {
            throw new IllegalStateException();
        }

        private Optional<String> plasticFork() {
            return Optional.of("plastic fork");
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void pull() throws IOException {
            if (pulls.incrementAndGet() < 1) {
                throw new IOException();
            }
        }

        @Fallback(method = "force")
        public void open() throws IOException {
            throw new IOException();
        }

        private int force() {
            pulls.set(100);
            return 100;
        }
    }

    /** Public, since its proxy comes from another class loader. */
    public static class Streaming {

        @Retry
        public Single<String> single() {
            return Single.never();
        }

        @Retry
        public Flow.Publisher<String> flow() {
            return Multi.createFrom().nothing();
        }
    }

    static class Special {

        @Retry
        public ConnectableFlux<String> stream() {
            return Flux.<String>empty().publish();
        }

        @Retry
        public FutureTask<String> task() {
            return new FutureTask<>(() -> "");
        }
    }

    static class Servlet {

        @Retry
        public DeferredResult<String> later() {
            return new DeferredResult<>();
        }
    }

    static class Unfit {

        @Fallback(method = "cached")
        public Mono<String> load() {
            return Mono.empty();
        }

        String cached() {
            return "";
        }
    }
}
