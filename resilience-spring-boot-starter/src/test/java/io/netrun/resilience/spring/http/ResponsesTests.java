package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponsesTests {

    private final List<String> released = new ArrayList<>();
    private final Responses<String> responses = new Responses<>(response -> {
        released.add(response);
        if (response.startsWith("broken")) {
            throw new IllegalStateException("can not be closed");
        }
    });

    @Test
    void endWhenAResponseCanNotBeReleasedShouldReleaseTheOthersAllTheSame() {
        responses.arrived("broken");
        responses.arrived("second");
        responses.end();
        assertThat(released).containsExactly("broken", "second");
    }

    @Test
    void responseThatIsTheCallersShouldReachItThoughAnotherCanNotBeReleased() {
        responses.arrived("broken");
        responses.arrived("last");
        assertThat(responses.endWith("last")).isTrue();
        assertThat(released).containsExactly("broken");
    }

    @Test
    void responseThatComesTooLateShouldHarmNobodyWhenItCanNotBeReleased() {
        responses.end();
        responses.arrived("broken");
        assertThat(released).containsExactly("broken");
    }
}
