"""Prompts as Jinja renders them, with the environment of transformers: see RECIPE.md.

    make_fixtures.py > cases.jsonl
"""
import datetime
import json
import os
import random

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Refusal(Exception):
    pass


def raise_exception(message):
    raise Refusal(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class Generation(Extension):
    """The block that marks what a model writes, as transformers has it."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("written"), [], [], body).set_lineno(line)

    def written(self, caller):
        return caller()


ENVIRONMENT = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception
# The day that srar gives to templates that ask.
ENVIRONMENT.globals["strftime_now"] = datetime.datetime(2024, 7, 26).strftime
TEXTS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}

CONVERSATIONS = [
    [("user", "Ana has 12 apples.")],
    [("system", "Be brief."), ("user", "Ana has 12 apples.")],
    [("user", " 1 + 1? \n"), ("assistant", "### Step 1: 2\n"), ("user", "And \"2 + 2\"?")],
    [("system", " Count.\n"), ("user", "é\n\n{{ x }}"), ("assistant", "  7"), ("user", "")],
    [("user", "q"), ("assistant", "<think>\nhm\n</think>\n\nso 4"), ("user", "more <|im_end|>")],
    [("user", "a"), ("user", "b"), ("assistant", "c\n")],
]
FLAGS = [{"add_generation_prompt": True}, {"add_generation_prompt": False},
         {"add_generation_prompt": True, "enable_thinking": False}]

TURNS = "{% for m in messages %}"
# In our own words, in the forms that the families have.
FAMILIES = {
    "chatml": TURNS + "{{ '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "a default system message with braces": "{%- if messages[0].role != 'system' %}{{- '<|im_start|>system\\nPut it "
    "into \\\\boxed{}.<|im_end|>\\n' }}{%- endif %}" + TURNS
    + "{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' + '\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}",
    "a default within the loop": TURNS + "{% if loop.first and m['role'] != 'system' %}<|im_start|>system\nHi.<|im_end|>\n"
    "{% endif %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{{ '<|im_start|>assistant\n' if add_generation_prompt }}",
    "an optional thought": TURNS + """
    {%- set text = m.content %}
    {%- if m.role == 'assistant' and '</think>' in text %}
        {%- set text = text.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {{- '<|im_start|>' + m.role + '\\n' + text + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
""",
    "a thought after the last question": """
{%- set ns = namespace(last=messages|length - 1, seeks=true) %}
{%- for m in messages[::-1] %}
    {%- set place = (messages|length - 1) - loop.index0 %}
    {%- if ns.seeks and m.role == "user" and not(m.content.startswith('<t>') and m.content.endswith('</t>')) %}
        {%- set ns.seeks = false %}
        {%- set ns.last = place %}
    {%- endif %}
{%- endfor %}
{%- for m in messages %}
    {%- if m.role == "assistant" and loop.index0 > ns.last %}
        {{- 'A<think>\\n' + (m.reasoning_content.strip('\\n') if m.reasoning_content is string else '') + '\\n</think>' + m.content.lstrip('\\n') }}
    {%- else %}
        {{- m.role + ':' + m.content }}
    {%- endif %}
{%- endfor %}""",
    "headers": "{{ bos_token }}" + TURNS + "{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] "
    "| trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    "a date by default": """{{- bos_token }}
{%- if not day is defined %}
    {%- if strftime_now is defined %}
        {%- set day = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set day = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}

{#- The system message comes first. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set first = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set first = "" %}
{%- endif %}
{{- "Today: " + day + "\\n\\n" + first }}
{%- for m in messages %}
    {%- if not (m.role == 'tool' or 'tool_calls' in m) %}
        {{- m.role + '\\n' + m.content | trim }}
    {%- endif %}
{%- endfor %}
""",
    "instructions": "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set first = messages[0]['content'] %}"
    "{% else %}{% set rest = messages %}{% set first = false %}{% endif %}{% for m in rest %}"
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('users and assistants must take turns') }}{% endif %}"
    "{% if loop.index0 == 0 and first != false %}{% set text = '<<SYS>>\\n' + first + '\\n<</SYS>>\\n\\n' + m['content'] %}"
    "{% else %}{% set text = m['content'] %}{% endif %}{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + text.strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + text.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "instructions without a loop's help": """{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- set users = messages | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for m in messages if m.role != 'system' %}
    {%- if (m["role"] == "user") != (ns.index % 2 == 0) %}
        {{- raise_exception("no turns") }}
    {%- endif %}
    {%- set ns.index = ns.index + 1 %}
    {%- if m == users[-1] and loop.last %}
        {{- "[INST]" + (messages[0].content + "\\n\\n" if messages[0].role == 'system' else '') + m["content"] + "[/INST]" }}
    {%- elif m.content.content is defined %}
        {{- m.content.content }}
    {%- else %}
        {{- m.content + eos_token }}
    {%- endif %}
{%- endfor %}""",
    "no system role": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + TURNS
    + "{% if (m['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = m['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "blocks on lines": "{% for m in messages %}\n{% if m['role'] == 'user' %}\n{{ '<|user|>\n' + m['content'] + eos_token }}\n"
    "{% elif m['role'] == 'system' %}\n{{ '<|system|>\n' + m['content'] + eos_token }}\n{% else %}\n{{ '<|assistant|>\n' + m['content'] "
    "+ eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}\n",
    "an end without a prompt": TURNS + "{% if m.role == 'system' and m.content %}{{'<|system|>\n' + m.content + '<|end|>\n'}}"
    "{% elif m.role != 'system' %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "separators": TURNS + "<|im_start|>{{ m.role }}<|im_sep|>{{ m.content }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant<|im_sep|>{% endif %}",
    "a system prompt out of a namespace": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
    "{% set ns = namespace(first=true, system='') %}" + TURNS + "{%- if m['role'] == 'system' %}{% if ns.first %}"
    "{% set ns.system = ns.system + m['content'] %}{% set ns.first = false %}{% endif %}{%- endif %}{%- endfor %}"
    "{{ bos_token }}{{ ns.system }}{% for m in messages %}{%- if m['role'] == 'user' %}{{'<｜User｜>' + m['content']}}"
    "{%- elif m['role'] == 'assistant' and m['content'] is not none and not m['tool_calls'] %}"
    "{{'<｜Assistant｜>' + m['content'].split('</think>')[-1] + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}"
    "{% if add_generation_prompt %}{{'<｜Assistant｜><think>\\n'}}{% endif %}",
    "names": "{% if messages[0].role == 'system' %}{{ messages[0].content }} {% endif %}" + TURNS + "{% if m.role == 'user' %}"
    "{{ 'USER: ' + m.content }} {% elif m.role == 'assistant' %}{{ 'ASSISTANT: ' + m.content + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
    "a switch within the system message": "{%- set thinks = true -%}{%- if messages[0].role == 'system' -%}"
    "{%- set text = messages[0].content -%}{%- if 'Be' in text -%}{%- set text = text.replace('Be', '')|trim -%}"
    "{%- set thinks = false -%}{%- endif -%}{{- text ~ '\n\n' -}}{%- endif -%}{{- 'T' if thinks else '<think></think>' -}}",
    "macros": "{%- macro turn(role, text, end='<|e|>') -%}<|{{ role | upper }}|>{{ text | trim }}{{ end }}{%- endmacro -%}" + TURNS
    + "{{ turn(m.role, m.content) }}{% if m.role == 'user' and not loop.last %}{{ turn('x', text=m.content, end='') }}{% endif %}{% endfor %}",
    "a generation block": TURNS + "{% if m.role == 'assistant' %}A: {{ m.content }}{% else %}{{ m.role | capitalize }}: {{ m.content }}"
    "{% endif %}{{ '\\n' if not loop.last }}{% endfor %}",
    "json": TURNS + "{{ m | tojson }}{{ m.content | tojson }}{% endfor %}",
    "parts of a text": TURNS + "{%- for word in m.content.split() %}{{ word }}{{ ',' if not loop.last }}{%- endfor %}"
    "{%- for role, text in [(m.role, m.content)] %}{{ role }}{{ text[:3] }}{{ text | length }}{% endfor %}{% endfor %}",
}


def white_space(seed):
    """A template of blocks, comments and white space of all kinds."""
    draw = random.Random(seed)
    mark = lambda: draw.choice(["", "-", "+"])

    def text(depth=0):
        result = ""
        for _ in range(draw.randint(1, 5)):
            result += draw.choice(["", " ", "\n", "  \n", "\n  ", "x", " y ", "\n\n", "\t", "é", "\r\n"])
            kind = draw.random()
            if kind < 0.25:
                value = draw.choice(["'a\nb'", "bos_token", "1", "nope", "messages[0].content|trim"])
                result += "{{" + draw.choice(["", "-"]) + " " + value + " " + draw.choice(["", "-"]) + "}}"
            elif kind < 0.45 and depth < 3:
                result += "{%" + mark() + " if " + draw.choice(["true", "false", "add_generation_prompt"]) + " " + mark() + "%}"
                result += text(depth + 1) + "{%" + mark() + " endif " + mark() + "%}"
            elif kind < 0.6 and depth < 3:
                result += "{%" + mark() + " for m in messages " + mark() + "%}" + text(depth + 1)
                result += "{%" + mark() + " endfor " + mark() + "%}"
            elif kind < 0.75:
                result += "{#" + mark() + " c\n " + draw.choice(["", "-"]) + "#}"
            elif kind < 0.85:
                result += "{%" + mark() + " set v = 'q' " + mark() + "%}{{ v }}"
        return result + draw.choice(["", "\n", "\n\n", " "])

    return text()


def case(name, source, messages, flags):
    result = {"name": name, "source": source, "messages": messages, "flags": flags}
    try:
        result["text"] = ENVIRONMENT.from_string(source).render(
            messages=[{"role": role, "content": content} for role, content in messages], tools=None, documents=None, **TEXTS,
            **flags)
    except Refusal as refusal:
        result["refusal"] = str(refusal)
    return result


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    templates = dict(FAMILIES)
    for name in ["white-space", "expressions", "scopes", "values", "mappings"]:
        with open(os.path.join(folder, name + ".jinja"), newline="") as file:
            templates[name] = file.read()
    for name, source in templates.items():
        for messages in CONVERSATIONS:
            for flags in FLAGS[:3 if "enable_thinking" in source else 2]:
                print(json.dumps(case(name, source, messages, flags), ensure_ascii=False))
    for seed in range(120):
        print(json.dumps(case(f"seed {seed}", white_space(seed), CONVERSATIONS[1], FLAGS[0]), ensure_ascii=False))


if __name__ == "__main__":
    main()
