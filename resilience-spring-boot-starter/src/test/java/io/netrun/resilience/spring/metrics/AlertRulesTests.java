package io.netrun.resilience.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/operations/prometheus/alerts.yml asks for nothing that docs/operations/metrics.md does not have. */
class AlertRulesTests {

    private static final Path DOCS = RepositoryRoot.operations();
    private static final Pattern NAME = Pattern.compile("\\bresilience_\\w+");

    @Test
    void ruleShouldAskForDocumentedMetricsAlone() throws IOException {
        String page = Files.readString(DOCS.resolve("metrics.md"));
        String rules = Files.readString(DOCS.resolve("prometheus").resolve("alerts.yml"));

        assertThat(NAME.matcher(rules).results().map(MatchResult::group))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }
}
