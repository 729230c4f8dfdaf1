from mistralai import Mistral

client = Mistral()

with client.chat.stream(
    model="mistral-large-latest",
    messages=[{"role": "user", "content": "Write a short poem about coding."}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()
