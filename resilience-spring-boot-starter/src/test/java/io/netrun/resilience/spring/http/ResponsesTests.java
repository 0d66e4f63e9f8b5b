package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class ResponsesTests {

    private final List<String> released = new ArrayList<>();
    private final Responses<String> responses = new Responses<>(response -> {
        released.add(response);
        if (response.startsWith("broken")) {
            throw new IllegalStateException("cannot be closed");
        }
    });

    @Test
    void endWhenAResponseCannotBeReleasedShouldReleaseTheOthers() {
        responses.arrived("broken");
        responses.arrived("second");
        responses.end();
        assertThat(released).containsExactly("broken", "second");
    }

    @Test
    void callersResponseShouldArriveWhenAnotherCannotBeReleased() {
        responses.arrived("broken");
        responses.arrived("last");
        assertThat(responses.endWith("last")).isTrue();
        assertThat(released).containsExactly("broken");
    }

    @Test
    void lateResponseThatCannotBeReleasedShouldDoNoHarm() {
        responses.end();
        responses.arrived("broken");
        assertThat(released).containsExactly("broken");
    }

    @Test
    void failureShouldNotKeepAResponseThatIsInGoodHands() {
        Responses<Object> objects = new Responses<>(response -> {});
        for (int way = 0; way < 4; way++) {
            Object[] response = {new Object()};
            WeakReference<Object> reference = new WeakReference<>(response[0]);
            FailingStatusException failure = failure(objects, response[0]);
            switch (way) {
                case 0 -> FailingStatusException.release(failure);
                case 1 -> objects.release(response[0]);
                case 2 -> assertThat(objects.endWith(failure)).isSameAs(response[0]);
                default -> objects.end();
            }
            objects = new Responses<>(each -> {});
            response[0] = null;
            for (int i = 0; i < 100 && reference.get() != null; i++) {
                System.gc();
            }
            assertThat(reference.get()).as("way %d", way).isNull();
            FailingStatusException.release(failure); // does nothing any more
        }
    }

    private static FailingStatusException failure(Responses<Object> objects, Object response) {
        objects.arrived(response);
        FailingStatusException failure =
                FailingStatusException.of("GET prices", 503, new HttpHeaders(), () -> objects.release(response));
        objects.fails(response, failure);
        return failure;
    }
}
