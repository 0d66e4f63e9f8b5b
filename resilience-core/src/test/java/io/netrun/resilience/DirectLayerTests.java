package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stages that are not simply a {@link CompletableFuture}. */
class DirectLayerTests {

    private final Bulkhead bulkhead =
            Bulkhead.of("test", c -> c.maxConcurrent(1).maxQueue(0));

    enum Stage {
        MINIMAL(CompletableFuture::minimalCompletionStage),
        FOREIGN(DirectLayerTests::foreign);

        private final Function<CompletableFuture<String>, CompletionStage<String>> of;

        Stage(Function<CompletableFuture<String>, CompletionStage<String>> of) {
            this.of = of;
        }
    }

    @ParameterizedTest
    @EnumSource
    void stageShouldBeFollowedToItsEnd(Stage stage) throws Exception {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = bulkhead.callAsync(() -> stage.of.apply(own));
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        own.complete("result");
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("result");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void stageThatHasEndedShouldBeTakenAsItIs(Stage stage) {
        CompletableFuture<String> call =
                bulkhead.callAsync(() -> stage.of.apply(CompletableFuture.completedFuture("at once")));
        assertThat(call).isCompletedWithValue("at once");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void failureOfAStageShouldFailTheCall(Stage stage) {
        IOException failure = new IOException();
        CompletableFuture<String> call =
                bulkhead.callAsync(() -> stage.of.apply(CompletableFuture.failedFuture(failure)));
        assertThat(call).failsWithin(10, TimeUnit.SECONDS).withThrowableThat().withCause(failure);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    /** As another library would have it: a stage, but no future. */
    @SuppressWarnings("unchecked") // the proxy has just that interface
    private static CompletionStage<String> foreign(CompletableFuture<String> future) {
        return (CompletionStage<String>) Proxy.newProxyInstance(
                DirectLayerTests.class.getClassLoader(),
                new Class<?>[] {CompletionStage.class},
                (proxy, method, arguments) -> method.invoke(future, arguments));
    }
}
