package io.netrun.resilience.spring.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingSuggestionTests {

    @Test
    void nameThatDiffersOnlyInCaseShouldBeNearest() {
        assertThat(SpellingSuggestion.to("C", List.of("%", "c"))).isEqualTo("c");
        assertThat(SpellingSuggestion.to("PAYMENTS", List.of("payment", "payments", "PAYMENT")))
                .isEqualTo("payments");
        assertThat(SpellingSuggestion.to("Payments", List.of("PAYMENTS", "payments")))
                .isEqualTo("payments");
        assertThat(SpellingSuggestion.to("maxattempts", List.of("maxAttempt", "maxAttempts")))
                .isEqualTo("maxAttempts");
    }

    @Test
    void nameWithoutALetterInCommonShouldNotBeSuggested() {
        assertThat(SpellingSuggestion.to("x", List.of("%", "c"))).isEmpty();
        assertThat(SpellingSuggestion.to("", List.of("c"))).isEmpty();
        assertThat(SpellingSuggestion.to("eux", List.of("eu"))).isEqualTo("eu");
    }
}
