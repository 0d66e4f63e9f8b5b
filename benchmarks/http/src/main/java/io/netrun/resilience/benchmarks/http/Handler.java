package io.netrun.resilience.benchmarks.http;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The handler; {@code /counted} shows how many calls the library has seen, as a check that it protects them. */
@RestController
class Handler {

    private final Answers answers;

    Handler(Answers answers) {
        this.answers = answers;
    }

    @GetMapping("/answers/{name}")
    String answer(@PathVariable("name") String name) {
        return answers.answer(name);
    }

    @GetMapping("/later/{name}")
    Mono<String> answerLater(@PathVariable("name") String name) {
        return answers.answerLater(name);
    }

    @GetMapping("/counted")
    String counted() {
        return Long.toString(answers.counted());
    }
}
