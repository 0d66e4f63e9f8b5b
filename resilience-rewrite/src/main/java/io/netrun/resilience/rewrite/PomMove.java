package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.openrewrite.ExecutionContext;
import org.openrewrite.xml.XmlVisitor;
import org.openrewrite.xml.tree.Content;
import org.openrewrite.xml.tree.Xml;

/** Replaces the dependencies of another library in a POM. */
final class PomMove extends XmlVisitor<ExecutionContext> {

    private final Dependencies dependencies;

    private final boolean keepForeign;

    private final boolean add;

    private final Consumer<Left> left;

    /**
     * @param library the library, as in the mapping table
     * @param keepForeign whether its dependencies stay beside the new ones
     * @param add whether the starter is added where no dependency is replaced by it
     * @param left takes dependencies that nothing replaces
     */
    PomMove(String library, boolean keepForeign, boolean add, Consumer<Left> left) {
        this.dependencies = new Dependencies(library);
        this.keepForeign = keepForeign;
        this.add = add;
        this.left = left;
    }

    @Override
    public Xml visitTag(Xml.Tag tag, ExecutionContext ctx) {
        Xml.Tag visited = (Xml.Tag) super.visitTag(tag, ctx);
        if (!visited.getName().equals("dependencies") || visited.getContent() == null) {
            return visited;
        }
        Set<String> present = new HashSet<>();
        boolean starter = false;
        for (Xml.Tag dependency : visited.getChildren("dependency")) {
            String group = dependency.getChildValue("groupId").orElse("");
            String artifact = dependency.getChildValue("artifactId").orElse("");
            if (group.equals(Dependencies.GROUP)) {
                present.add(artifact);
            }
            starter |= dependencies.replacement(group, artifact).equals(Dependencies.STARTER);
        }
        if (starter || present.contains(Dependencies.STARTER)) {
            present.add("resilience-core"); // the starter brings it
        }
        List<Content> contents = new ArrayList<>();
        boolean changed = false;
        for (Content content : visited.getContent()) {
            if (!(content instanceof Xml.Tag dependency)
                    || !dependency.getName().equals("dependency")) {
                contents.add(content);
                continue;
            }
            String group = dependency.getChildValue("groupId").orElse("");
            String artifact = dependency.getChildValue("artifactId").orElse("");
            String replacement = dependencies.replacement(group, artifact);
            if (replacement.isEmpty()) {
                String reason = dependencies.reason(group, artifact);
                if (!reason.isEmpty()) {
                    left.accept(new Left(artifact, reason));
                }
                contents.add(dependency);
                continue;
            }
            if (present.add(replacement)) {
                contents.add(replaced(dependency, replacement));
                changed = true;
            }
            if (keepForeign) {
                contents.add(dependency);
            } else {
                changed = true;
            }
        }
        if (add && isOfProject() && present.add(Dependencies.STARTER)) {
            Xml.Tag last = visited.getChildren().get(visited.getChildren().size() - 1);
            contents.add(replaced(last.withContent(null).withPrefix(last.getPrefix()), Dependencies.STARTER));
            changed = true;
        }
        return changed ? visited.withContent(contents) : visited;
    }

    private boolean isOfProject() {
        return getCursor().getParentTreeCursor().getValue() instanceof Xml.Tag parent
                && parent.getName().equals("project");
    }

    private static Xml.Tag replaced(Xml.Tag dependency, String artifact) {
        String indent = dependency.getPrefix();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("groupId", Dependencies.GROUP);
        parts.put("artifactId", artifact);
        parts.put("version", Dependencies.version());
        for (String name : List.of("type", "scope")) {
            dependency.getChildValue(name).ifPresent(value -> parts.put(name, value));
        }
        String inner = dependency.getChildren().isEmpty()
                ? indent + "    "
                : dependency.getChildren().get(0).getPrefix();
        StringBuilder text = new StringBuilder("<dependency>");
        parts.forEach((name, value) -> text.append(inner)
                .append('<')
                .append(name)
                .append('>')
                .append(value)
                .append("</")
                .append(name)
                .append('>'));
        return Xml.Tag.build(text.append(indent.substring(Math.max(0, indent.lastIndexOf('\n'))))
                        .append("</dependency>")
                        .toString())
                .withPrefix(indent);
    }
}
