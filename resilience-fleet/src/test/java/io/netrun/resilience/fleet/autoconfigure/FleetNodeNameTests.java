package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The name of a process in its fleet. */
class FleetNodeNameTests {

    @Test
    void nameShouldBeThatOfTheHost() {
        assertThat(NodeName.of(Map.of("HOSTNAME", "shop-7f9c"))).isEqualTo("shop-7f9c");
        assertThat(NodeName.of(Map.of("COMPUTERNAME", "SHOP 1"))).isEqualTo("SHOP-1");
    }

    @Test
    void nameShouldExistWithoutVariables() {
        assertThat(NodeName.of(Map.of("HOSTNAME", " "))).isNotBlank();
    }

    @Test
    void longNameShouldBeCut() {
        assertThat(NodeName.of(Map.of("HOSTNAME", "x".repeat(300)))).hasSize(100);
    }
}
