import { useEffect, useState } from "react";
import { folderChoice } from "#state/model/named.ts";
import { notify, notifyFault } from "#state/notices.ts";
import { droppedFiles } from "./dropped-files.ts";

/** A checkpoint's folder, dropped anywhere on the page. While one is held over it the page says what will happen. */
export function FolderDrop() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      // without this the browser opens the file in place of the page
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      void open(event.dataTransfer.items);
    };
    document.addEventListener("dragover", onDragOver);
    document.addEventListener("dragleave", onDragLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onDragOver);
      document.removeEventListener("dragleave", onDragLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, []);
  return (
    isOver && (
      <div className="folder-drop">
        <p>
          Drop a checkpoint’s folder or a GGUF file to open it. Its bytes are read on this machine and never leave it.
        </p>
      </div>
    )
  );
}

async function open(items: DataTransferItemList): Promise<void> {
  try {
    const { files, paths } = await droppedFiles(items);
    const [only] = files;
    if (files.length === 1 && only?.name.endsWith(".json"))
      await (await import("#state/experiments/runs.ts")).openResultFile(only);
    else if (files.length > 0)
      await (await import("#state/model/load-offer.ts")).offerModel(folderChoice(files, paths));
    else
      notify(
        "model",
        "What was dropped holds no files; a folder with config.json, tokenizer.json and safetensors, or a GGUF file, is needed.",
      );
  } catch (reason) {
    notifyFault("model", reason);
  }
}
