package io.netrun.resilience.spring.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.retry.Retry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeftInstancesTests {

    private final LeftInstances<String> left = new LeftInstances<>();

    @Test
    void valueShouldBeThatOfTheVeryInstance() {
        Retry one = Retry.of("r");
        Retry other = Retry.of("r");
        left.put(one, "one");
        assertThat(left.remove(other)).isNull();
        assertThat(left.remove(one)).isEqualTo("one");
        assertThat(left.remove(one)).isNull();
    }

    @Test
    void latestValueShouldCount() {
        Retry one = Retry.of("r");
        left.put(one, "first");
        left.put(one, "second");
        assertThat(left.size()).isEqualTo(1);
        assertThat(left.remove(one)).isEqualTo("second");
    }

    @Test
    void collectedInstancesShouldBeForgottenWithThoseThatFollow() {
        Retry kept = Retry.of("kept");
        left.put(kept, "kept");
        for (int i = 0; i < 1_000; i++) {
            left.put(Retry.of("collected"), "collected");
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            for (int i = 0; i < 500; i++) {
                left.put(Retry.of("collected"), "collected");
            }
            return left.size() < 1_000;
        });
        assertThat(left.remove(kept)).isEqualTo("kept");
    }
}
