package io.netrun.resilience.spring.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Descriptors match their patterns. */
class PatternDescriptorTests {

    static List<PatternDescriptor<?, ?>> patterns() {
        return PatternDescriptors.all();
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void callCountsShouldBeComponentsOfTheMetrics(PatternDescriptor<?, ?> pattern) throws Exception {
        Class<?> metrics = pattern.type().policyClass().getMethod("metrics").getReturnType();
        assertThat(Arrays.stream(metrics.getRecordComponents()).map(RecordComponent::getName))
                .containsAll(pattern.callCounts().metrics());
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void patternThatMayChangeThreadShouldStayOnTheThread(PatternDescriptor<?, ?> pattern) throws Exception {
        requireKept(pattern);
    }

    /** The endpoint has answers of these names. */
    @ParameterizedTest
    @MethodSource("patterns")
    void keyShouldNotBeThatOfAnotherAnswer(PatternDescriptor<?, ?> pattern) {
        assertThat(pattern.key()).isNotIn("overview", "fleet");
    }

    private static <C extends Record> void requireKept(PatternDescriptor<?, C> pattern) throws Exception {
        BooleanSupplier bound = () -> true;
        C defaults = pattern.type().defaults();
        C kept = pattern.keepOnThread(defaults, bound);
        if (pattern.mayChangeThread()) {
            assertThat(kept.getClass().getMethod("requiresCallerThread").invoke(kept))
                    .isSameAs(bound);
        } else {
            assertThat(kept).isSameAs(defaults);
        }
    }
}
