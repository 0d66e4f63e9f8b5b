package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;

/** A timeout's worker thread is for sync calls; the start warns of one that is asked for elsewhere. */
@ExtendWith(OutputCaptureExtension.class)
class SyncSettingsTests {

    private static final String NO_EFFECT = "thread of Timeout ";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Reports {

        @Timeout(name = "stage", thread = "worker")
        public CompletableFuture<String> stage() {
            return CompletableFuture.completedFuture("");
        }

        @Timeout(name = "future", thread = "worker")
        public Future<String> future() {
            return CompletableFuture.completedFuture("");
        }

        @Timeout(name = "mono", thread = "worker")
        public Mono<String> mono() {
            return Mono.just("");
        }
    }

    static class Sync {

        @Timeout(name = "stage")
        public String shared() {
            return "";
        }

        @Timeout(name = "sync", thread = "worker")
        public String alone() {
            return "";
        }
    }

    static class Plain {

        @Timeout(name = "plain")
        public CompletableFuture<String> stage() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void asynchronousMethodThatAsksForAWorkerShouldBeWarnedOf(CapturedOutput output) {
        runner.withBean(Reports.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .contains(
                            "Reports.stage(): " + NO_EFFECT
                                    + "'stage' has no effect, because the method is asynchronous",
                            "Reports.future(): " + NO_EFFECT + "'future'",
                            "Reports.mono(): " + NO_EFFECT + "'mono'");
        });
    }

    @Test
    void instanceThatSyncMethodsShareShouldNotBeMentioned(CapturedOutput output) {
        runner.withBean(Reports.class)
                .withBean(Sync.class)
                .run(context -> assertThat(output)
                        .contains(NO_EFFECT + "'mono'")
                        .doesNotContain(NO_EFFECT + "'stage'", NO_EFFECT + "'sync'"));
    }

    @Test
    void workerOfTheConfigurationShouldBeWarnedOf(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues("resilience.timeout.instances.plain.thread=worker")
                .run(context -> assertThat(output).contains("Plain.stage(): " + NO_EFFECT + "'plain'"));
    }

    @Test
    void workerByDefaultShouldNotBeMentioned(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues("resilience.timeout.defaults.thread=worker")
                .run(context -> assertThat(output).doesNotContain(NO_EFFECT));
    }

    @Test
    void instanceThatIsSwitchedOffShouldNotBeMentioned(CapturedOutput output) {
        runner.withBean(Reports.class)
                .withPropertyValues("resilience.timeout.instances.mono.enabled=false")
                .run(context ->
                        assertThat(output).contains(NO_EFFECT + "'future'").doesNotContain(NO_EFFECT + "'mono'"));
    }
}
