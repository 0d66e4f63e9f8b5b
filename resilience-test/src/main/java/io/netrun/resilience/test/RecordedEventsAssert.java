package io.netrun.resilience.test;

import io.netrun.resilience.ResilienceEvent;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Assertions about recorded events, by type. */
public final class RecordedEventsAssert extends AbstractAssert<RecordedEventsAssert, RecordedEvents> {

    RecordedEventsAssert(RecordedEvents actual) {
        super(actual, RecordedEventsAssert.class);
    }

    /** Verifies that exactly these types of events were recorded, in this order. */
    public RecordedEventsAssert hasExactly(Class<?>... kinds) {
        isNotNull();
        List<? extends Class<?>> found =
                actual.all().stream().map(ResilienceEvent::getClass).toList();
        if (!found.equals(List.of(kinds))) {
            failWithActualExpectedAndMessage(
                    found, List.of(kinds), "expected events %s, but they are %s", names(List.of(kinds)), actual.all());
        }
        return this;
    }

    /** Verifies the number of recorded events of a type. */
    public RecordedEventsAssert has(int expected, Class<? extends ResilienceEvent> kind) {
        isNotNull();
        int found = actual.of(kind).size();
        if (found != expected) {
            failWithActualExpectedAndMessage(
                    found,
                    expected,
                    "expected %s events of kind %s, but there are %s%nin %s",
                    expected,
                    kind.getSimpleName(),
                    found,
                    actual.all());
        }
        return this;
    }

    /** Verifies that no event was recorded. */
    public RecordedEventsAssert isEmpty() {
        return hasExactly();
    }

    private static List<String> names(List<? extends Class<?>> kinds) {
        return kinds.stream().map(Class::getSimpleName).toList();
    }
}
